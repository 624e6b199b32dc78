#!/usr/bin/python3
"""The floor for the aggregator: libzmq's own zmq_proxy between engines and
subscribers.  It keeps nothing and judges nothing.

    bare_proxy.py INGEST FEED
"""

import sys

import zmq

context = zmq.Context()
ingest = context.socket(zmq.XSUB)
ingest.bind(sys.argv[1])
feed = context.socket(zmq.XPUB)
feed.setsockopt(zmq.SNDHWM, 2000)
feed.bind(sys.argv[2])
print("ready: proxy", flush=True)
zmq.proxy(ingest, feed)
