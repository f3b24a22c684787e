import { describe, expect, it } from 'vitest';
import { analysed, CAPTURES, fixture } from '../fixtures.ts';

// Whoever wants every segment keeps all connections awake: both ways must come to the same.
describe('connections at rest', () => {
  for (const path of CAPTURES) {
    it(`${path}: nothing is told differently`, () => {
      const bytes = fixture(path);
      const resting = analysed(bytes);
      const awake = analysed(bytes, { onPacket: () => {} });
      expect(resting.connections).toEqual(awake.connections);
      expect(resting.capture).toEqual(awake.capture);
    });
  }
});
