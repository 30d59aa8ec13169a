/**
 * The stop switch: one key of one ConfigMap in the operator's namespace, which `kubectl sre stop` and `kubectl sre start` write.
 *
 * No such ConfigMap: nobody has stopped it. With one, only `stopped: "false"` lets effects begin: whatever else stands there counts as stopped.
 */
export const STOP_SWITCH = 'agent-sre-stop';

/** Keys of its data: the switch, and for people who has set it, when, and why. */
export const STOP_KEYS = { stopped: 'stopped', by: 'by', since: 'since', reason: 'reason' } as const;
