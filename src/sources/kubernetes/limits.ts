/** How much of a cluster one snapshot holds: enough to explain one workload, whatever its size. */
export const LIMITS = {
  /** Pods of one workload that are kept, and of those, how many events and nodes are looked up for. */
  pods: 20,
  podsInDetail: 5,
  /** Containers whose logs are read. */
  logs: 4,
  logLines: 80,
  logBytes: 64 * 1024,
  /** What is read again of a log whose last lines did not fit, until they do. */
  fewerLogLines: [5, 1],
  headBytes: 8 * 1024,
  nodes: 8,
  references: 8,
  claims: 4,
  eventsAnObject: 30,
  services: 500,
  /** Ingresses with a certificate whose events are read. */
  securedRoutes: 5,
  /** Autoscalers of what was asked about whose events are read. */
  autoscalers: 5,
  /** Pods in good health whose logs are read, and how much of each. */
  quietLogs: 6,
  quietLogLines: 200,
  quietErrorLines: 50,
  configMapData: 16 * 1024,
  namespaceWorkloads: 200,
} as const;
