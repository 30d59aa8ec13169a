/** What the cluster says, asked on somebody's behalf: the tools, and the log reader that others share. */
import { createCleaner } from '../sources/text.ts';
import type { ClusterDeps } from '../tools/cluster/deps.ts';
import { fluxStatusTool } from '../tools/cluster/fluxStatus.ts';
import { createKinds } from '../tools/cluster/kinds.ts';
import { kubectlDescribeTool } from '../tools/cluster/kubectlDescribe.ts';
import { kubectlGetTool } from '../tools/cluster/kubectlGet.ts';
import { createLogReader, type LogReader } from '../tools/cluster/logs/reader.ts';
import { createLogRecord, type LogAudit, type LogRecord } from '../tools/cluster/logs/record.ts';
import { getPodLogsTool, kubectlLogsTool } from '../tools/cluster/podLogs.ts';
import { getPodStatusTool } from '../tools/cluster/podStatus.ts';
import { getServiceHealthTool } from '../tools/cluster/serviceHealth.ts';
import type { Tool } from '../tools/tool.ts';
import { createRoleAudit } from './audit.ts';
import type { Parts } from './parts.ts';

export interface ClusterAccess extends ClusterDeps {
  /** Each read of logs for somebody goes through this: rights, record, bounds. */
  readonly logs: LogReader;
  /** For who reads logs otherwise. */
  readonly logRecord: LogRecord;
}

/** @param record where it is put on record what was read for whom; absent: in the gateway's audit */
export function createClusterAccess(parts: Parts, record: LogAudit = createRoleAudit(parts, 'gateway')): ClusterAccess {
  const { client, clock, redactor } = parts;
  const deps = { client, clock, redactor, cleaner: createCleaner(redactor.text), kinds: createKinds({ client, clock }) };
  const logRecord = createLogRecord({ audit: record, clock });
  return { ...deps, logRecord, logs: createLogReader({ ...deps, logRecord }) };
}

export function clusterTools(access: Omit<ClusterAccess, 'logRecord'>): readonly Tool[] {
  return [
    kubectlGetTool(access),
    kubectlDescribeTool(access),
    getPodLogsTool(access),
    kubectlLogsTool(access),
    getPodStatusTool(access),
    getServiceHealthTool(access),
    fluxStatusTool(access),
  ];
}
