/** What those who act need to know of leadership. */
export interface Leadership {
  isLeader(): boolean;
  /** Whether an effect that takes at most `effectTimeoutMs` would end while no one else can lead. Ask right before each effect. */
  mayStartEffect(effectTimeoutMs: number): boolean;
}
