package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// openClassroom opens a cluster on another address of the loopback, with the topics of the lab.
func openClassroom(t testing.TB) *Cluster {
	t.Helper()
	c, err := Open(context.Background(), Config{Prefix: testPrefix, Classroom: &Classroom{Host: "127.0.0.2", Code: NewJoinCode()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	var topics []Topic
	for _, name := range []string{PaymentSuccessful, OrderCreated, EmailSent, DLQPayment, "homework"} {
		topics = append(topics, Topic{name, 1, 1 << 20})
	}
	if err := c.CreateTopics(context.Background(), topics...); err != nil {
		t.Fatal(err)
	}
	return c
}

// student opens a client with the code.
func student(t testing.TB, c *Cluster, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	login := Security{Mechanism: ScramSHA256, User: StudentUser, Password: c.cfg.Classroom.Code}
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.Brokers()...), kgo.SASL(login.mechanism()), kgo.DisableClientMetrics()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestAClassroomIsWhereItSays(t *testing.T) {
	c := openClassroom(t)
	if b := c.Brokers(); len(b) != 3 || !strings.HasPrefix(b[0], "127.0.0.2:") {
		t.Errorf("brokers %v, want three at 127.0.0.2", b)
	}
	for _, cfg := range []Config{
		{Classroom: &Classroom{Host: "127.0.0.2", Code: NewSecret("12345")}},
		{Classroom: &Classroom{Host: "127.0.0.2", Code: NewSecret("1-2-3 4-5")}},
		{Classroom: &Classroom{Host: "127.0.0.2", Code: NewJoinCode()}, Brokers: []string{"localhost:1"}},
	} {
		if opened, err := Open(t.Context(), cfg); err == nil {
			opened.Close()
			t.Errorf("%v was opened", cfg.Classroom)
		}
	}
}

func TestAJoinCodeCanBeReadFromAProjector(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := NewJoinCode().Reveal()
		if len(code) != 9 || code[4] != '-' || strings.ContainsAny(code, "01lioILO ") {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different codes of 1000", len(seen))
	}
}

// TestWithoutTheCodeNothingWorks: nobody, a guess, and the code under another name.
func TestWithoutTheCodeNothingWorks(t *testing.T) {
	c := openClassroom(t)
	code := c.cfg.Classroom.Code
	for name, login := range map[string]Security{
		"nobody":          {},
		"a guess":         {Mechanism: ScramSHA256, User: StudentUser, Password: NewSecret("kx7f-m3qp")},
		"the empty one":   {Mechanism: ScramSHA256, User: StudentUser, Password: NewSecret("")},
		"the teacher":     {Mechanism: ScramSHA256, User: TeacherUser, Password: code},
		"kfake's default": {Mechanism: ScramSHA256, User: "admin", Password: NewSecret("admin")},
		"in plain":        {Mechanism: Plain, User: StudentUser, Password: code},
		"SHA-512":         {Mechanism: ScramSHA512, User: StudentUser, Password: code},
	} {
		began := time.Now()
		opened, err := Open(t.Context(), Config{Brokers: c.Brokers(), Security: login})
		if err == nil {
			opened.Close()
			t.Errorf("%s: the cluster opened", name)
		} else if time.Since(began) > 6*time.Second || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v after %v, want one sentence within 5 s", name, err, time.Since(began))
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

// TestStudentsAreOrderConsumersAndNothingElse asks for everything that Kafka can be asked for.
func TestStudentsAreOrderConsumersAndNothingElse(t *testing.T) {
	c := openClassroom(t)
	produce(t, openClient(t, c), PaymentSuccessful, 0, "paid")
	commits := kadm.Offsets{}
	commits.AddOffset(testPrefix+PaymentSuccessful, 0, 0, -1)
	for _, group := range []string{OrderGroup, EmailGroup, "abandoned"} {
		if err := c.admin.CommitAllOffsets(t.Context(), testPrefix+group, commits); err != nil {
			t.Fatal(err)
		}
	}
	client := student(t, c, kgo.RecordRetries(2))
	for topic, may := range map[string]bool{OrderCreated: true, DLQPayment: true, PaymentSuccessful: false, EmailSent: false, "homework": false} {
		err := client.ProduceSync(t.Context(), &kgo.Record{Topic: testPrefix + topic, Value: []byte("x")}).FirstErr()
		if may != (err == nil) {
			t.Errorf("write %s: %v, want allowed %v", topic, err, may)
		}
	}
	before := everything(t, c)
	for _, req := range forbidden(c) {
		no := false
		// Whoever means it asks the broker that can.
		for _, broker := range c.fake.ListenAddrs() {
			no = denied(t, c, broker, req) || no
		}
		if !no {
			t.Errorf("a student may send %T: %+v", req, req)
		}
	}
	for i, after := range everything(t, c) {
		if after != before[i] {
			t.Errorf("a student changed\n%s\ninto\n%s", before[i], after)
		}
	}
	if err := kadm.NewClient(client).CommitAllOffsets(t.Context(), testPrefix+OrderGroup, commits); err != nil {
		t.Errorf("commit as an order consumer: %v", err)
	}
	reader := student(t, c, kgo.ConsumeTopics(testPrefix+PaymentSuccessful), kgo.ConsumerGroup(testPrefix+OrderGroup), kgo.ServerSideBalancer())
	if fetched := reader.PollFetches(t.Context()); fetched.Err() != nil || fetched.NumRecords() != 1 {
		t.Errorf("an order consumer reads %d payments: %v", fetched.NumRecords(), fetched.Err())
	}
}

// everything that a student could have changed.
func everything(t testing.TB, c *Cluster) []string {
	t.Helper()
	topics, err := c.admin.ListTopics(t.Context())
	ends, err2 := c.admin.ListEndOffsets(t.Context())
	starts, err3 := c.admin.ListStartOffsets(t.Context())
	groups := c.admin.FetchManyOffsets(t.Context(), testPrefix+OrderGroup, testPrefix+EmailGroup, testPrefix+"abandoned")
	acls, err4 := c.admin.DescribeACLs(t.Context(), kadm.NewACLs().Topics().Groups().Clusters().TransactionalIDs().
		Allow().AllowHosts().Deny().DenyHosts().Operations().ResourcePatternType(kadm.ACLPatternAny))
	configs, err5 := c.admin.DescribeTopicConfigs(t.Context(), testPrefix+PaymentSuccessful)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	// Neither is answered in an order.
	for _, r := range acls {
		slices.SortFunc(r.Described, func(a, b kadm.DescribedACL) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	slices.SortFunc(configs[0].Configs, func(a, b kadm.Config) int { return strings.Compare(a.Key, b.Key) })
	var lines []string
	for _, part := range []any{topics, ends.Offsets(), starts.Offsets(), groups, acls, configs} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	return lines
}

// denied sends the request to one broker as a student and says whether it was refused for want of a right.
func denied(t testing.TB, c *Cluster, broker string, req kmsg.Request) bool {
	t.Helper()
	login := Security{Mechanism: ScramSHA256, User: StudentUser, Password: c.cfg.Classroom.Code}
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(kmsg.AddPartitionsToTxn.Int16(), 3) // newer ones are for brokers
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.SASL(login.mechanism()), kgo.DisableClientMetrics(), kgo.RequestRetries(0), kgo.MaxVersions(versions))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	resp, err := client.SeedBrokers()[0].Request(ctx, req)
	if err != nil {
		return true // kfake does not offer it
	}
	codes := errorCodes(reflect.ValueOf(resp), nil)
	if !slices.ContainsFunc(codes, func(code int16) bool { return code != 0 }) {
		t.Errorf("%T to %s: a student is answered %+v", req, broker, resp)
	}
	for _, right := range []*kerr.Error{kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed} {
		if slices.Contains(codes, right.Code) {
			return true
		}
	}
	return false
}

// errorCodes collects every ErrorCode of a response.
func errorCodes(v reflect.Value, codes []int16) []int16 {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return errorCodes(v.Elem(), codes)
		}
	case reflect.Slice:
		for i := range v.Len() {
			codes = errorCodes(v.Index(i), codes)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "ErrorCode" {
				codes = append(codes, int16(v.Field(i).Int()))
				continue
			}
			codes = errorCodes(v.Field(i), codes)
		}
	}
	return codes
}
