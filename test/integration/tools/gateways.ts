/** Gateways as far as tools go: the records, caches and tools of one process under the gateway's own account, and callers with the rights that RBAC gives them. */
import { Registry } from 'prom-client';
import { systemClock } from '../../../src/clock.ts';
import { createAlertBook } from '../../../src/compose/incidentBook.ts';
import { NO_RULES } from '../../../src/domain/identity.ts';
import { mayDo, type Subject } from '../../../src/kube/access.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createManager } from '../../../src/kube/manager.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createCleaner } from '../../../src/sources/text.ts';
import { incidentResponseTool } from '../../../src/tools/advice/incidentResponse.ts';
import { gitTools } from '../../../src/tools/git/gitTools.ts';
import { proposingTools } from '../../../src/tools/incidents/proposingTools.ts';
import { readingTools } from '../../../src/tools/incidents/readingTools.ts';
import { createRecords } from '../../../src/tools/incidents/records.ts';
import { createTools } from '../../../src/tools/registry.ts';
import { createWorkloadFinder } from '../../../src/tools/signals/findWorkload.ts';
import type { Answer, Call } from '../../../src/tools/tool.ts';
import { recordingLogger } from '../../support/logger.ts';
import { untilTrue } from '../../support/until.ts';

export const OPERATOR = 'agent-sre';

export interface Gateway {
  readonly call: (who: Subject, tool: string, input: object) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/** @param client of the gateway's account. @param writing what is written with, where that is another one */
export async function startGateway(client: KubeClient, writing: KubeClient = client): Promise<Gateway> {
  const logger = recordingLogger([]);
  // Its client is the test's, for other gateways too.
  const kept: KubeClient = { ...client, close: async () => undefined };
  const manager = createManager({ client: kept, clock: systemClock, logger, registry: new Registry(), name: 'test/gateway' });
  const redactor = createRedactor();
  const records = createRecords({ client, manager, clock: systemClock, redactor, namespace: OPERATOR });
  const book = {
    client: writing,
    namespace: OPERATOR,
    clock: systemClock,
    redactor,
    identity: NO_RULES,
    holdOffMs: 0,
    seen: () => undefined,
  };
  const settings = { operatorNamespace: OPERATOR, protectedNamespaces: ['protected'] };
  const proposing = { records, client: writing, settings, alerts: createAlertBook(book), cluster: undefined };
  const workloads = createWorkloadFinder({ client, clock: systemClock });
  const git = { ...proposing, cleaner: createCleaner(redactor.text), workloads };
  const responding = incidentResponseTool({ ...proposing, identity: NO_RULES, workloads, clock: systemClock });
  const tools = createTools([...readingTools(records), ...proposingTools(proposing), ...gitTools(git), responding]);
  const stopping = new AbortController();
  const running = manager.run(stopping.signal);
  await untilTrue('the caches are filled', async () => (await manager.health.ready()).ok);
  const callOf = (who: Subject): Call => ({
    caller: { ...who, may: (what, signal) => mayDo(client, who, what, signal) },
    signal: stopping.signal,
    via: 'MCP',
  });
  return {
    call: async (who, tool, input) => tools.get(tool).run(input, callOf(who)),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
