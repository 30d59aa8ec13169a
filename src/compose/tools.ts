/** Every tool of the product, and Jamie, who talks about what they find: from the parts of a process. */
import type { Chat } from '../chat/port.ts';
import { createCleaner } from '../sources/text.ts';
import { incidentResponseTool } from '../tools/advice/incidentResponse.ts';
import { monitoringAdviceTool } from '../tools/advice/monitoringAdvice.ts';
import { askJamieTool, sreChatTool } from '../tools/assistant/askJamie.ts';
import { whatChangedTool } from '../tools/assistant/whatChanged.ts';
import { healthCheckTool } from '../tools/cluster/healthCheck.ts';
import type { LogAudit } from '../tools/cluster/logs/record.ts';
import { gitTools } from '../tools/git/gitTools.ts';
import { proposingTools } from '../tools/incidents/proposingTools.ts';
import { readingTools } from '../tools/incidents/readingTools.ts';
import { createRecords } from '../tools/incidents/records.ts';
import { analyzeLogsTool } from '../tools/logs/analyzeLogs.ts';
import { createTools, type Tools } from '../tools/registry.ts';
import { createWorkloadFinder } from '../tools/signals/findWorkload.ts';
import { slackTools } from '../tools/slack/all.ts';
import { cliToolTool } from '../tools/text/cliTool.ts';
import { createProgramRunner } from '../tools/text/programs.ts';
import { addChat } from './chat.ts';
import { clusterTools, createClusterAccess } from './clusterTools.ts';
import { connectionsOf } from './connections.ts';
import { createAlertBook, incidentBookOptions } from './incidentBook.ts';
import type { Parts } from './parts.ts';
import { proposalSettings } from './proposals.ts';
import { signalsTools } from './signalsTools.ts';
import { createTelemetrySources } from './telemetry.ts';

export interface ToolsAndChat {
  readonly tools: Tools;
  readonly chat: Chat;
}

/** To be called before the manager runs. @param logAudit as in `createClusterAccess` */
export function addTools(parts: Parts, logAudit?: LogAudit): ToolsAndChat {
  const { client, clock, config, manager, redactor } = parts;
  const records = createRecords({ client, clock, manager, redactor, namespace: config.namespace });
  const book = incidentBookOptions(parts);
  const proposing = {
    records,
    client,
    settings: proposalSettings(config),
    alerts: createAlertBook(book),
    cluster: config.cluster.name,
  };
  const cluster = createClusterAccess(parts, logAudit);
  const telemetry = createTelemetrySources(parts);
  const workloads = createWorkloadFinder({ client, clock });
  // Jamie asks the tools, and is one of them.
  const chat = addChat(parts, () => tools);
  const tools: Tools = createTools([
    askJamieTool(chat),
    sreChatTool(chat),
    whatChangedTool({ client, clock, redactor, cleaner: createCleaner(redactor.text), operatorNamespace: config.namespace }),
    ...clusterTools(cluster),
    healthCheckTool(connectionsOf(parts, telemetry)),
    ...signalsTools(parts, telemetry, cluster.logRecord),
    cliToolTool({ programs: createProgramRunner({ paths: config.tools, clock }), cleaner: cluster.cleaner }),
    analyzeLogsTool({ ...cluster, redactor, stores: telemetry.ports.logs }),
    monitoringAdviceTool({ ...telemetry, metrics: telemetry.ports.metrics, ...records, client, workloads }),
    incidentResponseTool({ ...proposing, identity: book.identity, workloads, clock }),
    ...readingTools(records),
    ...proposingTools(proposing),
    ...gitTools({ ...proposing, cleaner: cluster.cleaner, workloads }),
    ...slackTools({ slack: undefined, namespace: config.namespace }),
  ]);
  return { tools, chat };
}
