/** The two directions of a connection, as the writer wants them. */
export function flowsOf(client, server, { clientTtl = 64, serverTtl = 57 } = {}) {
  const ipVersion = client.address.length === 4 ? 4 : 6;
  const up = {
    ipVersion,
    source: client.address,
    target: server.address,
    sourcePort: client.port,
    targetPort: server.port,
    ttl: clientTtl,
  };
  const down = {
    ipVersion,
    source: server.address,
    target: client.address,
    sourcePort: server.port,
    targetPort: client.port,
    ttl: serverTtl,
  };
  return { up, down };
}

/** 10.a.b.c */
export function ipv4(a, b, c) {
  return Uint8Array.of(10, a & 255, b & 255, c & 255);
}

/** 2001:db8::network:host */
export function ipv6(network, host) {
  const address = new Uint8Array(16);
  address.set([0x20, 0x01, 0x0d, 0xb8]);
  address.set([(network >> 8) & 255, network & 255, (host >> 8) & 255, host & 255], 12);
  return address;
}
