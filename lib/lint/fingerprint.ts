/** FNV-1a over UTF-16 code units: two halves with different offsets, 16 hex digits. Identity, not security. */
export function fingerprint(...parts: readonly (string | number)[]): string {
  const text = parts.join('\n');
  return half(text, 0x811c9dc5) + half(text, 0x9747b28c);
}

function half(text: string, offset: number): string {
  let hash = offset;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
