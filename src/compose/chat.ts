/** Jamie, from the parts of a process: conversations in the operator's namespace, and forgetting them when they are over. */
import { createJamie } from '../chat/jamie.ts';
import { forgetOld } from '../chat/memory/forget.ts';
import { createConversationStore } from '../chat/memory/store.ts';
import { createModelAnswers } from '../chat/model/modelAnswers.ts';
import { createDirectory } from '../chat/names/directory.ts';
import type { Chat } from '../chat/port.ts';
import type { Tools } from '../tools/registry.ts';
import { modelsOf } from './models.ts';
import type { Parts } from './parts.ts';

/** @param tools what Jamie looks things up with, once they are all made */
export function addChat(parts: Parts, tools: () => Tools): Chat {
  const { client, clock, config, logger, redactor } = parts;
  const { namespace } = config;
  const wake = addForgetting(parts);
  return createJamie({
    tools,
    conversations: createConversationStore({ client, namespace, clock, onNew: wake }),
    directory: createDirectory({ client, clock }),
    clock,
    logger,
    redact: redactor.text,
    model: modelOf(parts),
  });
}

/** Where a configuration sets no limit of its own. */
const CALLER_TOKENS = 200_000;

function modelOf(parts: Parts): ReturnType<typeof createModelAnswers> | undefined {
  const { clock, config, logger, redactor } = parts;
  const found = modelsOf(parts);
  if (found === undefined) return undefined;
  const { budgets, deadlineSeconds } = config.model;
  const callerLimits = { tokens: CALLER_TOKENS, ...budgets.caller };
  return createModelAnswers({ ...found, clock, logger, redact: redactor.text, deadlineMs: deadlineSeconds * 1000, callerLimits });
}

const FORGET_EVERY_MS = 3_600_000;
/** So many new ones are looked through before the hour is over. */
const MANY_NEW = 100;

/** Once an hour, and sooner when many came. */
function addForgetting({ client, clock, config, logger, manager }: Parts): () => void {
  let added = 0;
  let wakeUp: (() => void) | undefined;
  manager.addRunnable({
    name: 'forgetting of conversations',
    group: 'worker',
    run: async (signal, ready) => {
      ready();
      while (!signal.aborted) {
        const woken = new AbortController();
        wakeUp = () => woken.abort();
        await clock.sleep(FORGET_EVERY_MS, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
        if (signal.aborted) return;
        added = 0;
        await forgetOld({ client, namespace: config.namespace, now: clock.now() }).catch((error: unknown) => {
          logger.warn({ err: error }, 'could not forget old conversations; it is tried again');
        });
      }
    },
  });
  return () => {
    added += 1;
    if (added >= MANY_NEW) wakeUp?.();
  };
}
