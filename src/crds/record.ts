/** The ConfigMaps that hold the record of what became of plans: what admission, the executor and `kubectl sre record` have to agree on. */
export const RECORD_PREFIX = 'record-';
export const RECORD_KEY = 'record.json';
export const RECORD_LABELS = { 'app.kubernetes.io/part-of': 'agent-sre', 'app.kubernetes.io/component': 'record' } as const;
export const RECORD_SELECTOR = 'app.kubernetes.io/component=record';
