"""Writes payments as the course's services do: producer.py BROKERS TOPIC COUNT."""

import json
import sys
import time

from confluent_kafka import Producer

brokers, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
producer = Producer({"bootstrap.servers": brokers, "acks": "all"})
failed = []


def delivered(error, _):
    if error is not None:
        failed.append(error)


for n in range(count):
    payment = {"user_id": n, "cart": [{"name": "MacBook", "price": 1999.99, "quantity": 1}], "timestamp": time.time()}
    producer.produce(topic, json.dumps(payment), partition=n % 3, on_delivery=delivered)
    producer.poll(0)
left = producer.flush(60)
if failed or left:
    sys.exit(f"{left} without an answer, {len(failed)} refused: {failed[:1]}")
