package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// estate is somebody's cluster, seen by him and by a lab.
type estate struct {
	testing.TB
	his *Cluster
	raw *kadm.Client
	own *kgo.Client // that of raw
}

func openEstate(t testing.TB, nodes int) *estate {
	t.Helper()
	his, err := Open(context.Background(), Config{Nodes: nodes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(his.Close)
	own := openClient(t, his)
	return &estate{t, his, kadm.NewClient(own), own}
}

func agreed(context.Context, Plan) error { return nil }

// lab opens the cluster as a lab with a prefix.
func (e *estate) lab(prefix string, confirm func(context.Context, Plan) error) *Cluster {
	e.Helper()
	c, err := Open(context.Background(), Config{Brokers: e.his.Brokers(), Prefix: prefix, Confirm: confirm})
	if err != nil {
		e.Fatal(err)
	}
	e.Cleanup(c.Close)
	return c
}

func (e *estate) furnish(c *Cluster, names ...string) Plan {
	e.Helper()
	if _, err := c.Furnish(context.Background(), topicsOf(names), OrderGroup); err != nil {
		e.Fatal(err)
	}
	plan, err := c.Plan(context.Background(), topicsOf(names), OrderGroup)
	if err != nil {
		e.Fatal(err)
	}
	return plan
}

func topicsOf(names []string) []Topic {
	topics := make([]Topic, len(names))
	for i, name := range names {
		topics[i] = Topic{Name: name, Partitions: 3, MaxBytes: 2 << 20}
	}
	return topics
}

// details are the topics on the cluster; kadm would answer from a cache.
func (e *estate) details() map[string]kmsg.MetadataResponseTopic {
	e.Helper()
	resp, err := kmsg.NewPtrMetadataRequest().RequestWith(context.Background(), e.own)
	if err != nil {
		e.Fatal(err)
	}
	topics := map[string]kmsg.MetadataResponseTopic{}
	for _, t := range resp.Topics {
		topics[*t.Topic] = t
	}
	return topics
}

func (e *estate) topics() []string { return slices.Sorted(maps.Keys(e.details())) }

func (e *estate) id(topic string) kadm.TopicID { return e.details()[topic].TopicID }

func (e *estate) setting(topic, key string) string {
	e.Helper()
	configs, err := e.raw.DescribeTopicConfigs(context.Background(), topic)
	if err != nil || len(configs) != 1 {
		e.Fatal(err)
	}
	for _, s := range configs[0].Configs {
		if s.Key == key {
			return s.MaybeValue()
		}
	}
	return ""
}

// creates has the owner of the cluster create a topic.
func (e *estate) creates(topic string, partitions int32, settings map[string]*string) kadm.TopicID {
	e.Helper()
	if _, err := e.raw.CreateTopic(context.Background(), partitions, 1, settings, topic); err != nil {
		e.Fatal(err)
	}
	return e.id(topic)
}

func (e *estate) cleanUp(c *Cluster) error {
	e.Helper()
	plan, err := c.Belongings(context.Background())
	if err != nil {
		e.Fatal(err)
	}
	return c.CleanUp(context.Background(), plan)
}

func (e *estate) want(topics ...string) {
	e.Helper()
	if got := e.topics(); !slices.Equal(got, topics) {
		e.Errorf("topics %v, want %v", got, topics)
	}
}

func TestNothingIsWrittenBeforeSomebodyAgreed(t *testing.T) {
	e := openEstate(t, 3)
	refused := errors.New("no")
	asked := 0
	c := e.lab("lab.", func(_ context.Context, p Plan) error {
		asked++
		e.want()
		for _, text := range []string{p.ClusterID, "3 brokers", e.his.Brokers()[0], "make topic lab.a: 3 partitions, 3 replicas", "make group lab." + OrderGroup, "lab." + madeTopic, "all that it made is deleted"} {
			if !strings.Contains(p.String(), text) {
				t.Errorf("the question does not name %q:\n%s", text, p)
			}
		}
		if asked == 1 {
			return refused
		}
		return nil
	})
	if _, err := c.Furnish(t.Context(), topicsOf([]string{"a"}), OrderGroup); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	e.want()
	e.furnish(c, "a")
	e.furnish(c, "a", "b")
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
	e.want("lab.a", "lab.b", "lab."+madeTopic)
	if _, err := e.lab("other.", nil).Furnish(t.Context(), topicsOf([]string{"a"})); !errors.Is(err, ErrUnconfirmed) {
		t.Errorf("without anybody to ask: %v", err)
	}
	e.want("lab.a", "lab.b", "lab."+madeTopic)
}

func TestWhatTheLabMakesHasAsManyReplicasAsMakeSense(t *testing.T) {
	for nodes, inSync := range map[int]string{1: "1", 2: "1", 3: "2", 4: "2"} {
		e := openEstate(t, nodes)
		e.furnish(e.lab("", agreed), "a")
		for _, topic := range []string{"a", madeTopic} {
			if got, want := len(e.details()[topic].Partitions[0].Replicas), min(3, nodes); got != want {
				t.Errorf("%s on %d brokers: %d replicas, want %d", topic, nodes, got, want)
			}
			if got := e.setting(topic, "min.insync.replicas"); got != inSync {
				t.Errorf("%s on %d brokers: min.insync.replicas %s, want %s", topic, nodes, got, inSync)
			}
		}
		if got := e.setting(madeTopic, "cleanup.policy"); got != "compact" {
			t.Errorf("the registry's cleanup.policy is %q", got)
		}
	}
}

func TestAFoundTopicIsUsedAndLeftAsItIs(t *testing.T) {
	e := openEstate(t, 3)
	id := e.creates("lab.a", 5, map[string]*string{"cleanup.policy": kadm.StringPtr("compact"), "max.message.bytes": kadm.StringPtr("5000")})
	c := e.lab("lab.", agreed)
	plan := e.furnish(c, "a", "b")
	if a, b := plan.Of("a"), plan.Of("b"); a.Standing != Found || a.Partitions != 5 || !a.Compacted || b.Standing != Made || b.Partitions != 3 || b.Compacted {
		t.Errorf("%+v", plan.Topics)
	}
	if got := c.maxBytes("lab.a"); got != 5000 {
		t.Errorf("records may have %d bytes, the topic takes 5000", got)
	}
	for what, err := range map[string]error{
		"grow":   c.GrowTopics(t.Context(), 9, "b", "a"),
		"delete": c.DeleteTopics(t.Context(), "b", "a"),
	} {
		if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "lab.a was there before") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want("lab.a")
	if e.id("lab.a") != id {
		t.Error("it was created anew")
	}
}

// TestALabThatDiedWhileItMadeATopic knows it again, and never takes somebody else's for it.
func TestALabThatDiedWhileItMadeATopic(t *testing.T) {
	for _, created := range []bool{true, false} {
		e := openEstate(t, 3)
		dead := e.lab("lab.", agreed)
		things := []keepsake{{Kind: topicKind, Name: "lab.a", Mark: "123456789"}}
		if err := dead.remember(t.Context(), things...); err != nil {
			t.Fatal(err)
		}
		want := Found
		if created {
			want = Made
			if _, err := dead.createOne(t.Context(), 3, topicsOf([]string{"a"})[0], things[0].Mark); err != nil {
				t.Fatal(err)
			}
		} else {
			e.creates("lab.a", 3, nil)
		}
		c := e.lab("lab.", agreed)
		if got := e.furnish(c, "a").Of("a").Standing; got != want {
			t.Errorf("created %v: standing %v, want %v", created, got, want)
		}
		if err := e.cleanUp(c); err != nil {
			t.Error(err)
		}
		if created {
			e.want()
		} else {
			e.want("lab.a")
		}
	}
}

func TestATopicThatSomebodyCreatedAnewIsHis(t *testing.T) {
	e := openEstate(t, 3)
	c := e.lab("lab.", agreed)
	e.furnish(c, "a", "b")
	if _, err := e.raw.DeleteTopics(t.Context(), "lab.a"); err != nil {
		t.Fatal(err)
	}
	e.creates("lab.a", 3, nil)
	if err := c.DeleteTopics(t.Context(), "a"); !errors.Is(err, ErrForeign) {
		t.Errorf("delete: %v", err)
	}
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want("lab.a")
}

func TestATopicMadeAgainIsRememberedByItsNewID(t *testing.T) {
	e := openEstate(t, 3)
	c := e.lab("lab.", agreed)
	e.furnish(c, "a")
	for range 3 {
		old := c.TopicID("a")
		if err := c.DeleteTopics(t.Context(), "a", "missing"); err != nil {
			t.Fatal(err)
		}
		if got := e.furnish(c, "a").Of("a"); got.Standing != Made || got.ID == old || got.ID != c.TopicID("a") || got.ID != e.id("lab.a").String() {
			t.Errorf("%+v, formerly %s", got, old)
		}
	}
	if err := e.cleanUp(e.lab("lab.", nil)); err != nil {
		t.Error(err)
	}
	e.want()
}

func TestCleanUpDeletesExactlyWhatTheLabMade(t *testing.T) {
	e := openEstate(t, 3)
	e.creates("payment-successful", 1, nil)
	c, other := e.lab("lab.", agreed), e.lab("lab.2.", agreed)
	e.furnish(c, "a", "b")
	e.furnish(other, "a")
	leave := joinLab(t, c)
	err := e.cleanUp(c)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "lab."+OrderGroup) || !strings.Contains(err.Error(), "order-1 on ") {
		t.Errorf("with a member in the group: %v", err)
	}
	e.want("lab.2.a", "lab.2."+madeTopic, "lab.a", "lab.b", "lab."+madeTopic, "payment-successful")
	leave()
	for range 2 {
		if err := e.cleanUp(c); err != nil {
			t.Error(err)
		}
		e.want("lab.2.a", "lab.2."+madeTopic, "payment-successful")
	}
	if plan, err := other.Plan(t.Context(), topicsOf([]string{"a"})); err != nil || plan.Of("a").Standing != Made {
		t.Errorf("the other lab's plan: %+v, %v", plan, err)
	}
	if groups, err := e.raw.ListGroups(t.Context()); err != nil || len(groups.Groups()) > 0 {
		t.Errorf("groups %v, %v", groups.Groups(), err)
	}
}

// joinLab has a member join the group of a lab.
func joinLab(t testing.TB, c *Cluster) (leave func()) {
	t.Helper()
	m, err := c.NewMember(MemberConfig{ClientID: "order-1", Group: OrderGroup, Topics: []string{"a"}, Handler: idle{}, Batch: func() int { return 1 }, Watch: idle{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = m.Run(ctx) })
	leave = sync.OnceFunc(func() { cancel(); ended.Wait(); m.Release() })
	t.Cleanup(leave)
	o, err := c.NewObserver([]string{OrderGroup}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	readUntil(t, o, "a member that reads", func(r Reading) bool {
		members := r.Groups[OrderGroup].Members
		return len(members) == 1 && len(members[0].Partitions) > 0
	})
	return leave
}

func TestAGroupThatWasThereIsLeft(t *testing.T) {
	e := openEstate(t, 3)
	e.creates("lab.a", 1, nil)
	offsets := kadm.Offsets{}
	offsets.AddOffset("lab.a", 0, 0, -1)
	if _, err := e.raw.CommitOffsets(t.Context(), "lab."+OrderGroup, offsets); err != nil {
		t.Fatal(err)
	}
	c := e.lab("lab.", agreed)
	plan := e.furnish(c, "b")
	if plan.Groups[0].Standing != Found || !strings.Contains(plan.String(), "it was there before") {
		t.Errorf("%+v\n%s", plan.Groups, plan)
	}
	if err := c.DeleteGroups(t.Context(), OrderGroup); !errors.Is(err, ErrForeign) {
		t.Errorf("delete: %v", err)
	}
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	if groups, err := e.raw.ListGroups(t.Context()); err != nil || len(groups.Groups()) != 1 {
		t.Errorf("groups %v, %v", groups.Groups(), err)
	}
}

// TestCleanUpWaitsForWhoeverReadsWhatItWouldDelete also where his group was there before the lab, or he came after the plan.
func TestCleanUpWaitsForWhoeverReadsWhatItWouldDelete(t *testing.T) {
	for _, before := range []bool{true, false} {
		e := openEstate(t, 3)
		if before {
			offsets := kadm.Offsets{}
			offsets.AddOffset("his", 0, 0, -1)
			e.creates("his", 1, nil)
			if _, err := e.raw.CommitOffsets(t.Context(), "lab."+OrderGroup, offsets); err != nil {
				t.Fatal(err)
			}
		}
		c := e.lab("lab.", agreed)
		e.furnish(c, "a")
		old, err := c.Belongings(t.Context())
		if err != nil || old.Vacant() != nil {
			t.Fatal(err, old.Vacant())
		}
		there := e.topics()
		leave := joinLab(t, c)
		plan, err := c.Belongings(t.Context())
		if err != nil || !errors.Is(plan.Vacant(), ErrInUse) {
			t.Errorf("before %v: %+v, %v", before, plan.Groups, err)
		}
		if err := c.CleanUp(t.Context(), old); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "lab."+OrderGroup+" (order-1 on ") {
			t.Errorf("before %v: %v", before, err)
		}
		e.want(there...)
		leave()
		if err := e.cleanUp(c); err != nil {
			t.Error(err)
		}
		if _, ok := e.details()["lab.a"]; ok {
			t.Errorf("before %v: it is still there", before)
		}
	}
}

func TestAnInterruptedCleanUpGoesOn(t *testing.T) {
	for n := range 4 {
		e := openEstate(t, 3)
		c := e.lab("lab.", agreed)
		e.furnish(c, "a", "b", "c")
		deletions := 0
		e.his.fake.ControlKey(int16(kmsg.DeleteTopics), func(req kmsg.Request) (kmsg.Response, error, bool) {
			e.his.fake.KeepControl()
			if deletions++; deletions != n+1 {
				return nil, nil, false
			}
			r := req.(*kmsg.DeleteTopicsRequest)
			resp := r.ResponseKind().(*kmsg.DeleteTopicsResponse)
			resp.Topics = append(resp.Topics, kmsg.DeleteTopicsResponseTopic{TopicID: r.Topics[0].TopicID, ErrorCode: kerr.TopicAuthorizationFailed.Code})
			return resp, nil, true
		})
		if err := e.cleanUp(c); !errors.Is(err, kerr.TopicAuthorizationFailed) {
			t.Errorf("deletion %d: %v", n, err)
		}
		if !slices.Contains(e.topics(), "lab."+madeTopic) {
			t.Errorf("deletion %d failed, and the registry is gone", n)
		}
		if err := e.cleanUp(e.lab("lab.", nil)); err != nil {
			t.Error(err)
		}
		e.want()
	}
}

func TestLabsThatBeginAtTheSameTimeMakeTheTopicsTogether(t *testing.T) {
	e := openEstate(t, 3)
	names := []string{"a", "b", "c"}
	labs := []*Cluster{e.lab("lab.", agreed), e.lab("lab.", agreed), e.lab("lab.", agreed)}
	var all sync.WaitGroup
	for _, c := range labs {
		all.Go(func() {
			if _, err := c.Furnish(context.Background(), topicsOf(names), OrderGroup); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, c := range labs {
		for _, topic := range e.furnish(c, names...).Topics {
			if topic.Standing != Made || topic.ID != c.TopicID(topic.Name) {
				t.Errorf("%+v, to that lab %s", topic, c.TopicID(topic.Name))
			}
		}
	}
	things, err := labs[0].keepsakes(t.Context())
	if err != nil || len(things) != len(names)+2 {
		text, _ := json.Marshal(things)
		t.Errorf("the registry remembers %s, %v; want three topics, a group and itself", text, err)
	}
	if err := e.cleanUp(labs[2]); err != nil {
		t.Error(err)
	}
	e.want()
}

func TestSomebodysRegistryIsNotTouched(t *testing.T) {
	e := openEstate(t, 3)
	e.creates("lab."+madeTopic, 1, nil)
	if err := openClient(t, e.his).ProduceSync(t.Context(), &Record{Topic: "lab." + madeTopic, Key: []byte("x"), Value: []byte("{}")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	c := e.lab("lab.", agreed)
	if _, err := c.Furnish(t.Context(), topicsOf([]string{"a"})); err == nil || !strings.Contains(err.Error(), "--topic-prefix") {
		t.Errorf("furnish: %v", err)
	}
	if _, err := c.Belongings(t.Context()); err == nil {
		t.Error("clean up: no error")
	}
	e.want("lab." + madeTopic)
}

// TestAPlanWaitsForTheGroupsCoordinator: a cluster that never had a group has none at first.
func TestAPlanWaitsForTheGroupsCoordinator(t *testing.T) {
	e := openEstate(t, 3)
	refusals := 0
	e.his.fake.ControlKey(int16(kmsg.FindCoordinator), func(req kmsg.Request) (kmsg.Response, error, bool) {
		e.his.fake.KeepControl()
		r, _ := req.(*kmsg.FindCoordinatorRequest)
		if refusals++; refusals > 5 {
			return nil, nil, false
		}
		resp, _ := r.ResponseKind().(*kmsg.FindCoordinatorResponse)
		for _, key := range r.CoordinatorKeys {
			resp.Coordinators = append(resp.Coordinators, kmsg.FindCoordinatorResponseCoordinator{Key: key, ErrorCode: kerr.CoordinatorNotAvailable.Code})
		}
		return resp, nil, true
	})
	if plan, err := e.lab("lab.", agreed).Plan(t.Context(), nil, OrderGroup); err != nil || plan.Groups[0].Standing != Missing || refusals < 6 {
		t.Errorf("%+v, %v after %d refusals", plan, err, refusals)
	}
}

// TestALabWithoutTheRightToCreateUsesWhatIsThere and does not claim it.
func TestALabWithoutTheRightToCreateUsesWhatIsThere(t *testing.T) {
	topic, group := kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup
	as := guarded(t, may(kmsg.ACLOperationRead, topic, PaymentSuccessful), may(kmsg.ACLOperationRead, group, OrderGroup))
	c := as("student")
	plan, err := c.Furnish(t.Context(), []Topic{{Name: PaymentSuccessful, Partitions: 3, MaxBytes: 1 << 20}}, OrderGroup, EmailGroup)
	if err != nil || plan.Of(PaymentSuccessful).Standing != Found || plan.Groups[1].Standing != Found {
		t.Errorf("%+v, %v", plan, err)
	}
	if _, err := c.Furnish(t.Context(), topicsOf([]string{"new"})); !unauthorized(err) {
		t.Errorf("a topic that is missing: %v", err)
	}
}

// TestCleanUpWithoutTheRightToReadTheRegistry does not say that there is nothing.
func TestCleanUpWithoutTheRightToReadTheRegistry(t *testing.T) {
	as := guarded(t)
	if _, err := as("student").Belongings(t.Context()); !unauthorized(err) {
		t.Errorf("error %v", err)
	}
}

// TestSomebodysEmptyRegistryIsUsedAndStays: a lab that finds it does not take it for its own.
func TestSomebodysEmptyRegistryIsUsedAndStays(t *testing.T) {
	e := openEstate(t, 3)
	name := "lab." + madeTopic
	id := e.creates(name, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("compact")})
	c := e.lab("lab.", agreed)
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want(name)
	e.furnish(c, "a")
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want(name)
	if e.id(name) != id {
		t.Error("it was created anew")
	}
}

func TestARegistryThatForgetsIsRefused(t *testing.T) {
	for _, policy := range []string{"delete", "compact,delete"} {
		e := openEstate(t, 3)
		e.creates("lab."+madeTopic, 1, map[string]*string{"cleanup.policy": &policy})
		_, err := e.lab("lab.", agreed).Furnish(t.Context(), topicsOf([]string{"a"}))
		if err == nil || !strings.Contains(err.Error(), `its cleanup.policy is "`+policy+`"`) {
			t.Errorf("%s: %v", policy, err)
		}
		e.want("lab." + madeTopic)
	}
}

// TestALabThatFurnishesWhileAnotherCleansUp loses no memory of what it made.
func TestALabThatFurnishesWhileAnotherCleansUp(t *testing.T) {
	e := openEstate(t, 3)
	c, other := e.lab("lab.", agreed), e.lab("lab.", agreed)
	e.furnish(c, "a")
	plan, err := c.Belongings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.furnish(other, "b")
	if err := c.CleanUp(t.Context(), plan); err == nil || !strings.Contains(err.Error(), "lab.b was made while this was deleted") {
		t.Errorf("error %v", err)
	}
	e.want("lab.b", "lab."+madeTopic)
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want()
}

// TestUseRemembersTheGroupAndCreatesNoTopic: joining a group is what makes it, so somebody is asked before.
func TestUseRemembersTheGroupAndCreatesNoTopic(t *testing.T) {
	e := openEstate(t, 3)
	e.creates("lab.a", 1, nil)
	var asked string
	c := e.lab("lab.", func(_ context.Context, p Plan) error { asked = p.String(); return nil })
	if err := c.Use(t.Context(), topicsOf([]string{"a", "b"}), OrderGroup); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(asked, "make group lab."+OrderGroup) || !strings.Contains(asked, "use  topic lab.a") || strings.Contains(asked, "topic lab.b:") {
		t.Errorf("asked:\n%s", asked)
	}
	e.want("lab.a", "lab."+madeTopic)
	joinLab(t, c)()
	if err := e.cleanUp(c); err != nil {
		t.Error(err)
	}
	e.want("lab.a")
	if groups, err := e.raw.ListGroups(t.Context()); err != nil || len(groups.Groups()) > 0 {
		t.Errorf("groups %v, %v", groups.Groups(), err)
	}
	if err := e.lab("other.", nil).Use(t.Context(), nil, OrderGroup); !errors.Is(err, ErrUnconfirmed) {
		t.Errorf("without anybody to ask: %v", err)
	}
}

// TestWhoMayNotReadSettingsRemembersHisTopics by the id that the brokers gave when they were created.
func TestWhoMayNotReadSettingsRemembersHisTopics(t *testing.T) {
	topic := kmsg.ACLResourceTypeTopic
	var rights []kfake.ACL
	for _, name := range []string{"new", madeTopic} {
		for _, op := range []kmsg.ACLOperation{kmsg.ACLOperationCreate, kmsg.ACLOperationDescribe, kmsg.ACLOperationRead, kmsg.ACLOperationWrite} {
			rights = append(rights, may(op, topic, name))
		}
	}
	as := guarded(t, rights...)
	teacher := as("teacher")
	for range 2 { // with the lab's registry of the teacher, and with his own
		student := as("student")
		if _, err := student.Furnish(t.Context(), topicsOf([]string{"new"})); err != nil {
			t.Fatal(err)
		}
		if plan, err := as("student").Plan(t.Context(), topicsOf([]string{"new"})); err != nil || plan.Of("new").Standing != Made {
			t.Errorf("%+v, %v", plan, err)
		}
		plan, err := teacher.Belongings(t.Context())
		if err == nil {
			err = teacher.CleanUp(t.Context(), plan)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestARecordIsKeptWhileNobodyMayReadTheMark: brokers before Kafka 2.8 give no ids.
func TestARecordIsKeptWhileNobodyMayReadTheMark(t *testing.T) {
	e := openEstate(t, 1)
	secret := true
	e.his.fake.ControlKey(int16(kmsg.DescribeConfigs), func(req kmsg.Request) (kmsg.Response, error, bool) {
		e.his.fake.KeepControl()
		if !secret {
			return nil, nil, false
		}
		r, _ := req.(*kmsg.DescribeConfigsRequest)
		resp, _ := r.ResponseKind().(*kmsg.DescribeConfigsResponse)
		for _, asked := range r.Resources {
			resp.Resources = append(resp.Resources, kmsg.DescribeConfigsResponseResource{
				ResourceType: asked.ResourceType, ResourceName: asked.ResourceName, ErrorCode: kerr.TopicAuthorizationFailed.Code,
			})
		}
		return resp, nil, true
	})
	c := e.lab("lab.", agreed)
	if _, err := c.Furnish(t.Context(), topicsOf([]string{"a"})); err != nil {
		t.Fatal(err)
	}
	secret = false
	if plan, err := c.Plan(t.Context(), topicsOf([]string{"a"})); err != nil || plan.Of("a").Standing != Made {
		t.Errorf("%+v, %v", plan, err)
	}
}

// TestAGroupThatSomebodyMadeWhileTheUserThoughtIsHis: he may have been asked for minutes.
func TestAGroupThatSomebodyMadeWhileTheUserThoughtIsHis(t *testing.T) {
	for _, use := range []bool{false, true} {
		e := openEstate(t, 3)
		e.creates("lab.a", 1, nil)
		c := e.lab("lab.", func(ctx context.Context, p Plan) error {
			if p.Groups[0].Standing != Missing {
				t.Errorf("asked about %+v", p.Groups)
			}
			offsets := kadm.Offsets{}
			offsets.AddOffset("lab.a", 0, 0, -1)
			_, err := e.raw.CommitOffsets(ctx, "lab."+OrderGroup, offsets)
			return err
		})
		var err error
		if use {
			err = c.Use(t.Context(), topicsOf([]string{"a"}), OrderGroup, EmailGroup)
		} else {
			var plan Plan
			plan, err = c.Furnish(t.Context(), topicsOf([]string{"a"}), OrderGroup, EmailGroup)
			if len(plan.Groups) != 2 || plan.Groups[0].Standing != Found || plan.Groups[1].Standing != Missing {
				t.Errorf("the plan afterwards: %+v", plan.Groups)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		things, err := c.keepsakes(t.Context())
		remembered := slices.DeleteFunc(things, func(k keepsake) bool { return k.Kind != groupKind })
		if err != nil || len(remembered) != 1 || remembered[0].Name != "lab."+EmailGroup {
			t.Errorf("use %v: remembered %+v, %v", use, remembered, err)
		}
		if err := e.cleanUp(c); err != nil {
			t.Error(err)
		}
		if groups, err := e.raw.ListGroups(t.Context()); err != nil || !slices.Equal(groups.Groups(), []string{"lab." + OrderGroup}) {
			t.Errorf("use %v: groups %v, %v", use, groups.Groups(), err)
		}
	}
}

// TestASignOfLifeExpires, so that a service that was killed is in nobody's way for long.
func TestASignOfLifeExpires(t *testing.T) {
	e := openEstate(t, 1)
	c := e.lab("lab.", agreed)
	if _, err := c.Furnish(t.Context(), topicsOf([]string{"a"})); err != nil {
		t.Fatal(err)
	}
	sign := keepsake{Kind: aliveKind, Name: "lab.payment-1", At: time.Now().Add(time.Hour)} // by a clock that is fast
	if err := c.remember(t.Context(), sign); err != nil {
		t.Fatal(err)
	}
	if err := e.cleanUp(c); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "payment-1") {
		t.Errorf("while it lives: %v", err)
	}
	sign.At = time.Now().Add(-aliveFor)
	if err := c.remember(t.Context(), sign); err != nil {
		t.Fatal(err)
	}
	if err := e.cleanUp(c); err != nil {
		t.Errorf("once it is dead: %v", err)
	}
	e.want()
}
