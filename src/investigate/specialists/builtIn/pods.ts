/**
 * A matcher for the pods of the workload in question, and of no other whose name begins alike: the suffixes that Kubernetes gives to pods of
 * Deployments (a hash and five letters), DaemonSets and Jobs (five letters), from an alphabet without vowels, and StatefulSets (a number).
 */
const LETTERS = '[bcdfghjklmnpqrstvwxz2456789]';

export const ITS_PODS = `namespace="{{namespace}}", pod=~"{{workload}}-((${LETTERS}{6,10}-)?${LETTERS}{5}|[0-9]+)"`;
