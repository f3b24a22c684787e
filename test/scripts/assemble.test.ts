import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { readScript } from './script.ts';

const HANDSHAKE = `
# A handshake and a byte.
client 10.0.0.1:40000 isn 1000 -> server 10.0.0.2:80 isn 4294967295
0     > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
+0    > P. 1:4(3) ack 1 win 502 [ttl 63, id 7]
`;

describe('packet scripts', () => {
  it('become the bytes that the headers ask for', () => {
    const bytes = assemble(HANDSHAKE);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint32(0, true)).toBe(0xa1b2c3d4);
    const tcp = 24 + 16 + 14 + 20;
    expect(view.getUint16(tcp)).toBe(40000);
    expect(view.getUint32(tcp + 4)).toBe(1000);
    expect([...bytes.subarray(tcp + 12, tcp + 14)]).toEqual([0xa0, 0x02]);
    expect([...bytes.subarray(tcp + 20, tcp + 26)]).toEqual([2, 4, 5, 180, 4, 2]);
    const second = 24 + 16 + 74;
    expect(view.getUint32(second + 4, true)).toBe(10_000);
    expect(view.getUint32(second + 16 + 34 + 4)).toBe(0xffffffff);
    expect(view.getUint32(second + 16 + 34 + 8)).toBe(1001);
  });

  it('count through repeats and sort all rounds by time', () => {
    const script = readScript(`
      0 repeat 2 as n every 0.1 {
        +0    10.0.{n/256}.{n%256}:{40000+n*2} > 10.0.0.2:80 S 0:0(0)
        +0.15 10.0.{n/256}.{n%256}:{40000+n*2} < 10.0.0.2:80 R. 0:0(0) ack 1
      }
      +1 10.0.0.9:1 > 10.0.0.2:80 S 0:0(0)`);
    expect(script.packets.map(({ time, client }) => [Number(time.toFixed(6)), client.address, client.port])).toEqual([
      [0, '10.0.0.0', 40000],
      [0.15, '10.0.0.0', 40000],
      [0.1, '10.0.0.1', 40002],
      [0.25, '10.0.0.1', 40002],
      [1.25, '10.0.0.9', 1],
    ]);
  });

  it.each([
    ['client 10.0.0.1:1 -> server 10.0.0.2:2\n0 > . 1:2(0) ack 1', 'line 2: 1:2 is not 0 bytes'],
    ['client 10.0.0.1:1 -> server 10.0.0.2:2\n0 > . 1:1(0)', 'line 2: no ack given'],
    ['0 > S 0:0(0)', 'line 1: no connection'],
    ['0 repeat 2 every 1 {', 'line 1: no }'],
    ['client 10.0.0.1:1 -> server 10.0.0.2:2\n0 > S {k}:0(0)', 'line 2: unknown name "k"'],
    ['client 10.0.0.1:1 -> server 10.0.0.2:2\n0 > S 0:0(0) [tll 3]', 'line 2: unknown attribute "tll"'],
  ])('name the line of a mistake: %j', (text, reason) => {
    expect(() => assemble(text)).toThrow(reason);
  });

  // An outside reader agrees, where one is installed.
  const tshark = hasTshark();
  it.skipIf(!tshark)(
    'are read by tshark with every checksum right (optional)',
    () => {
      const path = join(mkdtempSync(join(tmpdir(), 'tcplint-')), 'script.pcap');
      const fields = (script: string, ...names: string[]) => {
        writeFileSync(path, assemble(script));
        const check = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
        const columns = names.flatMap((name) => ['-e', name]);
        const out = execFileSync('tshark', ['-r', path, ...check, '-T', 'fields', ...columns], { stdio: 'pipe' });
        return out.toString();
      };
      for (const link of ['ethernet', 'raw', 'null', 'sll']) {
        const out = fields(`link ${link}\n${HANDSHAKE}`, 'tcp.checksum.status', 'ip.checksum.status', 'tcp.len');
        expect(out).toBe('1\t1\t0\n1\t1\t0\n1\t1\t0\n1\t1\t3\n');
      }
      const v6 = `
      end 9
      client [2001:db8::1]:40000 -> server [2001:db8::2]:80
      0 > S 0:0(0)
      +0.1 < icmp port unreachable 0:0(0)
      +0.1 > udp (5)`;
      expect(fields(v6, 'tcp.checksum.status', 'icmpv6.checksum.status', 'icmpv6.type')).toBe('1\t\t\n1\t1\t1\n\t\t\n');
      expect(
        fields(
          'link raw\nclient 1.1.1.1:1 -> server 2.2.2.2:2\n0 > icmp fragmentation needed 9:9(0) mtu 1280 from 3.3.3.3',
          'icmp.checksum.status',
          'icmp.mtu',
          'ip.src',
        ),
      ).toBe('1\t1280\t3.3.3.3,2.2.2.2\n');
      rmSync(dirname(path), { recursive: true });
    },
    60_000,
  );
});

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
