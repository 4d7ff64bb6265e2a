"""The shop's records, conversations and access, in MongoDB. Knows neither aiohttp nor socket.io."""
