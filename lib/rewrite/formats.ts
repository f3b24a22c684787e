/** What a copy can be written as; the first is the default. */
export const FORMATS = ['pcapng', 'pcap'] as const;
