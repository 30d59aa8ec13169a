/** A Git host that takes its time with the executor's push to one folder, until it is told how that ends. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShopRepository } from '../../stage/shopRepository.ts';

export interface HeldPush {
  /** Whether a push has arrived, and waits for its answer. */
  readonly isHolding: () => boolean;
  /** Says no to it, and lets those that come later pass. */
  readonly refuse: () => void;
}

export function holdPushes({ dir, writer }: ShopRepository, folder: string): HeldPush {
  const [hook, holding, verdict] = ['hooks/update', 'holding', 'verdict'].map((name) => join(dir, name)) as [string, string, string];
  const script = `#!/bin/sh
[ "$REMOTE_USER" = ${writer.name} ] || exit 0
git diff --name-only "$2" "$3" | grep -q '^${folder}/' || exit 0
touch ${holding}
while [ ! -f ${verdict} ]; do sleep 0.1; done
exit 1
`;
  writeFileSync(hook, script, { mode: 0o755 });
  return {
    isHolding: () => existsSync(holding),
    refuse: () => {
      rmSync(hook);
      writeFileSync(verdict, '');
    },
  };
}
