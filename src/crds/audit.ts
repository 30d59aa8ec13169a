/** Names of the ConfigMaps that hold audit chains: `agent-sre-audit-<process>-<segment>`, and `agent-sre-audit-<process>-head`. */
export const AUDIT_PREFIX = 'agent-sre-audit-';
