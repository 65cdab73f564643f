"""A member of a consumer group that reads and commits, and makes nothing of it.

consumer.py BROKERS GROUP TOPIC CLIENT_ID PROTOCOL: PROTOCOL is consumer (KIP-848) or one of the classic assignors.
"""

import sys

from confluent_kafka import Consumer, KafkaException

brokers, group, topic, client_id, protocol = sys.argv[1:]
settings = {
    "bootstrap.servers": brokers,
    "group.id": group,
    "client.id": client_id,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
}
if protocol == "consumer":
    settings["group.protocol"] = "consumer"
else:
    settings["partition.assignment.strategy"] = protocol
    settings["session.timeout.ms"] = 6000
    settings["heartbeat.interval.ms"] = 500

consumer = Consumer(settings)
consumer.subscribe([topic])
while True:
    message = consumer.poll(0.1)
    if message is None:
        continue
    if message.error():
        print(message.error(), file=sys.stderr)
        continue
    try:
        consumer.commit(message, asynchronous=False)
    except KafkaException as lost:  # a rebalance: whoever has the partition now reads it again
        print(lost, file=sys.stderr)
