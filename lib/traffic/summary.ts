/**
 * What one connection adds to the counters: a reused cursor that the engine fills when a connection ends. Seconds are
 * whole, since the capture's first packet; -1 means never.
 */
export class ConnectionSummary {
  number = 0;
  firstFrame = 0;
  lastFrame = 0;
  ipVersion = 4;
  readonly server: Int32Array = new Int32Array(4);
  readonly client: Int32Array = new Int32Array(4);
  serverPort = 0;
  clientPort = 0;

  /** The capture holds the SYN, at this second. */
  begun = -1;
  /** The handshake was completed, within three seconds of the SYN. */
  completed = false;
  refused = false;
  reset = false;
  /** Any segment of the server's was seen. */
  answered = false;
  /** Second at which it stopped to be half-open: completed, refused, reset, or the end of the capture. */
  settled = -1;
  synCount = 0;
  synAckCount = 0;
  /** TTL of the first segment. */
  ttl = 0;

  /** The server's CLOSE_WAIT. */
  closeWaitFrom = -1;
  closeWaitTo = -1;

  /** Who holds TIME_WAIT: 0 nobody, 1 the client, 2 the server, 3 both; from when to when. */
  timeWaitBy = 0;
  timeWaitFrom = -1;
  timeWaitTo = -1;
  timeWaitFrame = 0;

  /** Back to a connection of which nothing is known. Addresses and identity are left for the next to fill. */
  clear(): void {
    this.begun = -1;
    this.completed = false;
    this.refused = false;
    this.reset = false;
    this.answered = false;
    this.settled = -1;
    this.synCount = 0;
    this.synAckCount = 0;
    this.ttl = 0;
    this.closeWaitFrom = -1;
    this.closeWaitTo = -1;
    this.timeWaitBy = 0;
    this.timeWaitFrom = -1;
    this.timeWaitTo = -1;
    this.timeWaitFrame = 0;
  }
}
