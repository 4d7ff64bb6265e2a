"""The assistant: understands a message, answers it from the records. Knows neither aiohttp nor socket.io."""
