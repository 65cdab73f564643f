package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// forbidden is every kind of request that must not do anything for a student.
func forbidden(c *Cluster) []kmsg.Request {
	return append(append(forbiddenTopics(c), forbiddenGroups(c)...), forbiddenCluster(c)...)
}

// id is that of a topic: newer versions of some requests name topics by it alone.
func id(c *Cluster, topic string) [16]byte {
	details, err := c.admin.ListTopics(context.Background(), c.names.full(topic))
	if err != nil {
		return [16]byte{}
	}
	return details[c.names.full(topic)].ID
}

func forbiddenTopics(c *Cluster) []kmsg.Request {
	payments, emails := c.names.full(PaymentSuccessful), c.names.full(EmailSent)
	create := kmsg.NewPtrCreateTopicsRequest()
	create.Topics = []kmsg.CreateTopicsRequestTopic{{Topic: "mine", NumPartitions: 1, ReplicationFactor: 1}}
	remove := kmsg.NewPtrDeleteTopicsRequest()
	remove.TopicNames, remove.Topics = []string{payments}, []kmsg.DeleteTopicsRequestTopic{{Topic: &payments}}
	truncate := kmsg.NewPtrDeleteRecordsRequest()
	truncate.Topics = []kmsg.DeleteRecordsRequestTopic{{Topic: payments, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Offset: -1}}}}
	grow := kmsg.NewPtrCreatePartitionsRequest()
	grow.Topics = []kmsg.CreatePartitionsRequestTopic{{Topic: payments, Count: 9}}
	value := "1"
	alter := kmsg.NewPtrAlterConfigsRequest()
	alter.Resources = []kmsg.AlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: payments,
		Configs: []kmsg.AlterConfigsRequestResourceConfig{{Name: "retention.ms", Value: &value}}}}
	step := kmsg.NewPtrIncrementalAlterConfigsRequest()
	step.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: payments,
		Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: "retention.ms", Value: &value}}}}
	brokers := kmsg.NewPtrIncrementalAlterConfigsRequest()
	brokers.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeBroker,
		Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: "message.max.bytes", Value: &value}}}}
	fetch := kmsg.NewPtrFetchRequest()
	fetch.MaxWaitMillis, fetch.MaxBytes = 10, 1<<20
	for _, topic := range []string{OrderCreated, EmailSent, DLQPayment, "homework"} {
		fetch.Topics = append(fetch.Topics, kmsg.FetchRequestTopic{Topic: c.names.full(topic), TopicID: id(c, topic), Partitions: []kmsg.FetchRequestTopicPartition{{PartitionMaxBytes: 1 << 20}}})
	}
	list := kmsg.NewPtrListOffsetsRequest()
	list.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: emails, Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Timestamp: -1}}}}
	epoch := kmsg.NewPtrOffsetForLeaderEpochRequest()
	epoch.Topics = []kmsg.OffsetForLeaderEpochRequestTopic{{Topic: emails, Partitions: []kmsg.OffsetForLeaderEpochRequestTopicPartition{{}}}}
	producers := kmsg.NewPtrDescribeProducersRequest()
	producers.Topics = []kmsg.DescribeProducersRequestTopic{{Topic: emails, Partitions: []int32{0}}}
	elect := kmsg.NewPtrElectLeadersRequest()
	elect.Topics = []kmsg.ElectLeadersRequestTopic{{Topic: payments, Partitions: []int32{0}}}
	move := kmsg.NewPtrAlterPartitionAssignmentsRequest()
	move.Topics = []kmsg.AlterPartitionAssignmentsRequestTopic{{Topic: payments, Partitions: []kmsg.AlterPartitionAssignmentsRequestTopicPartition{{Replicas: []int32{0}}}}}
	moving := kmsg.NewPtrListPartitionReassignmentsRequest()
	return []kmsg.Request{create, remove, truncate, grow, alter, step, brokers, fetch, list, epoch, producers, elect, move, moving}
}

func forbiddenGroups(c *Cluster) []kmsg.Request {
	orders, emails, payments := c.names.full(OrderGroup), c.names.full(EmailGroup), c.names.full(PaymentSuccessful)
	commit := kmsg.NewPtrOffsetCommitRequest()
	commit.Group, commit.Generation = emails, -1
	commit.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: payments, TopicID: id(c, PaymentSuccessful), Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Offset: 7}}}}
	elsewhere := kmsg.NewPtrOffsetCommitRequest()
	elsewhere.Group, elsewhere.Generation = orders, -1
	elsewhere.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: c.names.full(EmailSent), TopicID: id(c, EmailSent), Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Offset: 7}}}}
	mine := kmsg.NewPtrOffsetCommitRequest()
	mine.Group, mine.Generation, mine.Topics = "mine", -1, commit.Topics
	fetch := kmsg.NewPtrOffsetFetchRequest()
	fetch.Groups = []kmsg.OffsetFetchRequestGroup{{Group: emails, MemberEpoch: -1}}
	forget := kmsg.NewPtrOffsetDeleteRequest()
	forget.Group = orders
	forget.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: payments, Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{}}}}
	remove := kmsg.NewPtrDeleteGroupsRequest()
	remove.Groups = []string{c.names.full("abandoned"), orders, emails}
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType, join.SessionTimeoutMillis = emails, "consumer", 6000
	join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range"}}
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group = emails
	beat := kmsg.NewPtrHeartbeatRequest()
	beat.Group = emails
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group, leave.Members = emails, []kmsg.LeaveGroupRequestMember{{MemberID: "email"}}
	modern := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	modern.Group, modern.MemberID, modern.RebalanceTimeoutMillis = emails, "me", 6000
	modern.SubscribedTopicNames, modern.Topics = []string{payments}, []kmsg.ConsumerGroupHeartbeatRequestTopic{}
	describe := kmsg.NewPtrDescribeGroupsRequest()
	describe.Groups = []string{emails}
	details := kmsg.NewPtrConsumerGroupDescribeRequest()
	details.Groups = []string{emails}
	share := kmsg.NewPtrShareGroupHeartbeatRequest()
	share.GroupID, share.MemberID, share.SubscribedTopicNames = orders, "AAAAAAAAAAAAAAAAAAAAAA", []string{payments}
	return []kmsg.Request{commit, elsewhere, mine, fetch, forget, remove, join, sync, beat, leave, modern, describe, details, share}
}

func forbiddenCluster(c *Cluster) []kmsg.Request {
	tx := c.names.full("order-1")
	init := kmsg.NewPtrInitProducerIDRequest()
	init.TransactionalID, init.TransactionTimeoutMillis = &tx, 1000
	add := kmsg.NewPtrAddPartitionsToTxnRequest()
	add.TransactionalID, add.Topics = tx, []kmsg.AddPartitionsToTxnRequestTopic{{Topic: c.names.full(OrderCreated), Partitions: []int32{0}}}
	add.Transactions = []kmsg.AddPartitionsToTxnRequestTransaction{{TransactionalID: tx, Topics: []kmsg.AddPartitionsToTxnRequestTransactionTopic{{
		Topic: c.names.full(OrderCreated), Partitions: []int32{0}}}}}
	offsets := kmsg.NewPtrAddOffsetsToTxnRequest()
	offsets.TransactionalID, offsets.Group = tx, c.names.full(OrderGroup)
	end := kmsg.NewPtrEndTxnRequest()
	end.TransactionalID = tx
	commit := kmsg.NewPtrTxnOffsetCommitRequest()
	commit.TransactionalID, commit.Group = tx, c.names.full(OrderGroup)
	commit.Topics = []kmsg.TxnOffsetCommitRequestTopic{{Topic: c.names.full(PaymentSuccessful), TopicID: id(c, PaymentSuccessful), Partitions: []kmsg.TxnOffsetCommitRequestTopicPartition{{Offset: 7}}}}
	markers := kmsg.NewPtrWriteTxnMarkersRequest()
	markers.Markers = []kmsg.WriteTxnMarkersRequestMarker{{ProducerID: 1, Committed: true,
		Topics: []kmsg.WriteTxnMarkersRequestMarkerTopic{{Topic: c.names.full(OrderCreated), Partitions: []int32{0}}}}}
	everybody := kmsg.NewPtrCreateACLsRequest()
	everybody.Creations = []kmsg.CreateACLsRequestCreation{{ResourceType: kmsg.ACLResourceTypeTopic, ResourceName: "*",
		ResourcePatternType: kmsg.ACLResourcePatternTypeLiteral, Principal: "User:" + StudentUser, Host: "*",
		Operation: kmsg.ACLOperationAll, PermissionType: kmsg.ACLPermissionTypeAllow}}
	nobody := kmsg.NewPtrDeleteACLsRequest()
	nobody.Filters = []kmsg.DeleteACLsRequestFilter{{ResourceType: kmsg.ACLResourceTypeAny, ResourcePatternType: kmsg.ACLResourcePatternTypeAny,
		Operation: kmsg.ACLOperationAny, PermissionType: kmsg.ACLPermissionTypeAny}}
	look := kmsg.NewPtrDescribeACLsRequest()
	look.ResourceType, look.ResourcePatternType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny
	look.Operation, look.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	password := kmsg.NewPtrAlterUserSCRAMCredentialsRequest()
	password.Upsertions = []kmsg.AlterUserSCRAMCredentialsRequestUpsertion{{Name: TeacherUser, Mechanism: 1, Iterations: 4096, Salt: []byte("salt"), SaltedPassword: []byte("mine")}}
	lockOut := kmsg.NewPtrAlterUserSCRAMCredentialsRequest()
	lockOut.Deletions = []kmsg.AlterUserSCRAMCredentialsRequestDeletion{{Name: TeacherUser, Mechanism: 1}}
	users := kmsg.NewPtrDescribeUserSCRAMCredentialsRequest()
	quota := kmsg.NewPtrAlterClientQuotasRequest()
	user := StudentUser
	quota.Entries = []kmsg.AlterClientQuotasRequestEntry{{Entity: []kmsg.AlterClientQuotasRequestEntryEntity{{Type: "user", Name: &user}},
		Ops: []kmsg.AlterClientQuotasRequestEntryOp{{Key: "producer_byte_rate", Value: 1}}}}
	features := kmsg.NewPtrUpdateFeaturesRequest()
	features.FeatureUpdates = []kmsg.UpdateFeaturesRequestFeatureUpdate{{Feature: "group.version", MaxVersionLevel: 0, UpgradeType: 2}}
	disks := kmsg.NewPtrDescribeLogDirsRequest()
	disk := kmsg.NewPtrAlterReplicaLogDirsRequest()
	disk.Dirs = []kmsg.AlterReplicaLogDirsRequestDir{{Dir: "/tmp", Topics: []kmsg.AlterReplicaLogDirsRequestDirTopic{{Topic: c.names.full(PaymentSuccessful), Partitions: []int32{0}}}}}
	transactions := kmsg.NewPtrDescribeTransactionsRequest()
	transactions.TransactionalIDs = []string{tx}
	return []kmsg.Request{init, add, offsets, end, commit, markers, everybody, nobody, look, password, lockOut, users, quota,
		features, disks, disk, transactions}
}
