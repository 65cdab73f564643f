package kafka

import (
	"context"
	"errors"
	"math"

	"blackfriday/kafka/phrase"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// operations are what may be done with one thing: a bit for each kmsg.ACLOperation.
type operations int32

const (
	untold  operations = math.MinInt32 // the broker did not say
	nothing operations = 0
)

// allow says that an operation is allowed, or that nobody knows.
func (o operations) allow(op kmsg.ACLOperation) bool { return o == untold || o&(1<<op) != 0 }

// rights are what this user may do with the topics and groups of the lab, by their short names.
type rights struct {
	names           namespace
	cluster         operations
	topics, groups  map[string]operations
	transactionalID right
}

// right is one right that somebody may lack.
type right struct {
	lacks bool
	op    string        // "write", in Kafka's words
	thing phrase.Phrase // "topic payment-successful"
}

// askRights asks for them. Nobody can be asked about a transactional id as such: but whoever may not even look at its
// transactions may not write in them (KIP-664).
func (c *Cluster) askRights(ctx context.Context, client kmsg.Requestor) (rights, error) {
	r := rights{names: c.names, cluster: untold}
	var err error
	if r.topics, err = c.askTopics(ctx, client, PaymentSuccessful, OrderCreated, EmailSent, DLQPayment); err != nil {
		return rights{}, err
	}
	if r.groups, err = c.askGroups(ctx, client, OrderGroup, EmailGroup, AnalyticsGroup); err != nil {
		return rights{}, err
	}
	cluster := kmsg.NewPtrDescribeClusterRequest()
	cluster.IncludeClusterAuthorizedOperations = true
	// Brokers before Kafka 2.8 do not know the question.
	if resp, err := cluster.RequestWith(ctx, client); err == nil && resp.ErrorCode == 0 {
		r.cluster = operations(resp.ClusterAuthorizedOperations)
	}
	id := c.transactionalID(OrderGroup, "order-1")
	transactions := kmsg.NewPtrDescribeTransactionsRequest()
	transactions.TransactionalIDs = []string{id}
	r.transactionalID = right{op: "write", thing: phrase.New("transactional id %s", id)}
	resp, err := transactions.RequestWith(ctx, client)
	if err == nil && len(resp.TransactionStates) == 1 {
		err = kerr.ErrorForCode(resp.TransactionStates[0].ErrorCode)
	}
	r.transactionalID.lacks = errors.Is(err, kerr.TransactionalIDAuthorizationFailed)
	return r, nil
}

func (c *Cluster) askTopics(ctx context.Context, client kmsg.Requestor, names ...string) (map[string]operations, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.IncludeTopicAuthorizedOperations = true
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(c.names.full(name))
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, err
	}
	all := map[string]operations{}
	for _, t := range resp.Topics {
		if t.Topic == nil {
			continue
		}
		name, _ := c.names.short(*t.Topic)
		all[name] = operationsOf(t.AuthorizedOperations, t.ErrorCode, kerr.TopicAuthorizationFailed)
	}
	return all, nil
}

func (c *Cluster) askGroups(ctx context.Context, client kmsg.Requestor, names ...string) (map[string]operations, error) {
	all := map[string]operations{}
	for _, name := range names {
		req := kmsg.NewPtrDescribeGroupsRequest()
		req.Groups, req.IncludeAuthorizedOperations = []string{c.names.full(name)}, true
		resp, err := req.RequestWith(ctx, client)
		if err != nil && !errors.Is(err, kerr.GroupAuthorizationFailed) {
			return nil, err
		}
		if err != nil {
			all[name] = nothing // kgo asks for the coordinator first, and that is refused too
			continue
		}
		for _, g := range resp.Groups {
			all[name] = operationsOf(g.AuthorizedOperations, g.ErrorCode, kerr.GroupAuthorizationFailed)
		}
	}
	return all, nil
}

// operationsOf reads an answer: an error other than the refusal leaves it open.
func operationsOf(bits int32, code int16, refusal *kerr.Error) operations {
	switch err := kerr.ErrorForCode(code); {
	case errors.Is(err, refusal):
		return nothing
	case err != nil:
		return untold
	}
	return operations(bits)
}

func (r rights) topic(op kmsg.ACLOperation, name string) right {
	ops, ok := r.topics[name]
	return right{lacks: ok && !ops.allow(op), op: verb(op), thing: phrase.New("topic %s", r.names.full(name))}
}

func (r rights) group(op kmsg.ACLOperation, name string) right {
	ops, ok := r.groups[name]
	return right{lacks: ok && !ops.allow(op), op: verb(op), thing: phrase.New("group %s", r.names.full(name))}
}

func (r rights) eachTopic(op kmsg.ACLOperation, names ...string) []right {
	all := make([]right, len(names))
	for i, name := range names {
		all[i] = r.topic(op, name)
	}
	return all
}

// eachTopicOrCluster is for what may be allowed on the cluster as a whole.
func (r rights) eachTopicOrCluster(op kmsg.ACLOperation, names ...string) []right {
	if r.cluster != untold && r.cluster.allow(op) {
		return nil
	}
	return r.eachTopic(op, names...)
}

// verb is an operation as kafka-acls takes it.
func verb(op kmsg.ACLOperation) string {
	return map[kmsg.ACLOperation]string{
		kmsg.ACLOperationRead: "read", kmsg.ACLOperationWrite: "write", kmsg.ACLOperationCreate: "create",
		kmsg.ACLOperationDelete: "delete", kmsg.ACLOperationAlter: "alter",
	}[op]
}

// principal is who this client is to the brokers; empty when it did not log in.
type principal string

func (s Security) who() principal { return principal(s.User) }

// lacks is a sentence about the first right that is missing, and how it is given.
func (p principal) lacks(all ...right) phrase.Phrase {
	who := phrase.New("this client")
	if p != "" {
		who = phrase.New("%q", string(p))
	}
	for _, r := range all {
		if r.lacks {
			return phrase.New("No ACL lets %s %s %s: whoever runs the cluster can add one with kafka-acls.", who, r.op, r.thing)
		}
	}
	return phrase.Phrase{}
}
