"""What bounds a client: keys, rates, time-outs and queues."""
