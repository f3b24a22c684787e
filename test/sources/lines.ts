/** Text of 155 kB that packs well and spans blocks; the files in `packed/` hold it. */
export function lines(): string {
  const words = ['SYN', 'SYN, ACK', 'ACK', 'PSH, ACK', 'FIN, ACK', 'RST', 'keep-alive', 'zero window'];
  let state = 1;
  let text = '';
  for (let i = 0; i < 4000; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    text += `10.0.0.1 -> 192.0.2.1 ${words[(state >>> 16) % words.length]} Len=1460\n`;
  }
  return text;
}
