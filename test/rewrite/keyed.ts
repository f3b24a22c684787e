import { createHmac } from 'node:crypto';
import type { KeyedHash } from '../../lib/rewrite/anonymize/keyed.ts';

export const keyed =
  (key: string): KeyedHash =>
  (input) =>
    createHmac('sha256', key).update(input).digest();
