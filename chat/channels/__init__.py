"""The ways a message comes in and goes out. Each channel is given the hub; none knows another."""
