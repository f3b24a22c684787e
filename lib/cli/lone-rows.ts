import { addressText } from '../facts/address.ts';
import type { NameOf } from '../lint/names.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import type { ServiceRows } from '../traffic/service-rows.ts';

/** Counts a lone SYN, which is told as no connection (`AnalyzerOptions.onLoneSyn`), at its service. */
export function addLone(services: ServiceRows, { segment, number }: LoneSyn, nameOf: NameOf): void {
  const { ipVersion, dstA, dstB, dstC, dstD, dstPort } = segment;
  const address = addressText(ipVersion, dstA, dstB, dstC, dstD);
  services.addLone(number, address, dstPort, nameOf(address, dstPort));
}
