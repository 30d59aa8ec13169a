/**
 * The gateway: takes alerts in, and looks for those that were not delivered; answers callers over REST, chat and MCP. Every replica serves; what it
 * knows of Incidents comes from a cache and is checked live before it writes.
 */
import type { Requester } from '../crds/common.ts';
import { createIntake, type Webhooks } from '../intake/intake.ts';
import type { AlertPoll } from '../intake/poll.ts';
import type { Authenticate } from '../intake/webhook.ts';
import { whoAmI } from '../kube/access.ts';
import { createAuthenticate } from '../server/auth/authenticate.ts';
import { createTokenReviewer } from '../server/auth/tokenReview.ts';
import { createIntakeMetrics } from '../telemetry/intakeMetrics.ts';
import { createPoll } from './alertPoll.ts';
import { createApi, type Surface } from './api.ts';
import type { Served } from './http.ts';
import { incidentBookOptions } from './incidentBook.ts';
import { addMcp } from './mcpServer.ts';
import type { Parts } from './parts.ts';
import { addTools } from './tools.ts';

export async function addGateway(parts: Parts): Promise<Served> {
  const webhooks = addIntake(parts);
  const toolsAndChat = addTools(parts);
  const api = createApi(parts, toolsAndChat);
  const { here, others } = addMcp(parts, api, toolsAndChat.tools);
  return { webhooks, surface: both(api, here), others };
}

/** On one port, behind the guard of the first. */
function both(a: Surface, b: Surface): Surface {
  return {
    guard: a.guard,
    routes: [...a.routes, ...b.routes],
    upgrades: [...a.upgrades, ...b.upgrades],
    stop: () => {
      a.stop();
      b.stop();
    },
  };
}

function addIntake(parts: Parts): Webhooks {
  const { logger, registry } = parts;
  const metrics = createIntakeMetrics(registry);
  let poll: AlertPoll | undefined;
  const book = incidentBookOptions(parts);
  const intake = createIntake({
    ...book,
    logger,
    metrics,
    authenticate: authentication(parts),
    self: selfOf(parts),
    onTaken: ({ truncated }) => {
      if (truncated > 0) poll?.soon();
    },
  });
  poll = createPoll(parts, { record: intake.record, identity: book.identity, metrics });
  if (poll !== undefined) addPoll(parts, poll);
  return intake.webhooks;
}

/** Asked once; while it cannot be asked, the API server stamps what is created. */
function selfOf({ client }: Parts): () => Promise<Requester | undefined> {
  let known: Requester | undefined;
  return async () => {
    known ??= await whoAmI(client).then(
      ({ username, groups }) => ({ username, groups: [...groups] }),
      () => undefined,
    );
    return known;
  };
}

function addPoll({ manager }: Parts, poll: AlertPoll): void {
  manager.addRunnable({
    name: 'alert poll',
    group: 'worker',
    run: async (signal, ready) => {
      ready();
      await poll.run(signal);
    },
  });
}

function authentication({ config, client, clock, logger }: Parts): Authenticate {
  const { mode, webhookTokenFile: tokenFile, basic, hmac: signing, serviceAccounts, audiences } = config.auth;
  const reviewer = serviceAccounts.length === 0 ? undefined : createTokenReviewer({ client, clock, serviceAccounts, audiences });
  return createAuthenticate({ isOpen: mode === 'none', tokenFile, basic, signing, reviewer, clock, logger });
}
