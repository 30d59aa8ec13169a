/**
 * The throw-away module from which a program of another module is built.
 *
 * `go install module@version` refuses modules with replace directives, and Kubernetes has relative ones. So an empty module
 * requires the wanted one and repeats its replacements: those that lead elsewhere as they are, those to Kubernetes' staging
 * folders as the published modules of the same release, other relative ones not at all.
 */
import { z } from 'zod';

const goModSchema = z.object({
  Go: z.string().optional(),
  Replace: z
    .array(
      z.object({
        Old: z.object({ Path: z.string(), Version: z.string().optional() }),
        New: z.object({ Path: z.string(), Version: z.string().optional() }),
      }),
    )
    .nullish(),
});

interface Wanted {
  readonly module: string;
  readonly version: string;
}

/** `goModJson` is what `go mod edit -json` prints of the wanted module's go.mod. */
export function throwAwayGoMod({ module, version }: Wanted, goModJson: string): string {
  const { Go = '1.26', Replace } = goModSchema.parse(JSON.parse(goModJson));
  const replacements = (Replace ?? []).flatMap(({ Old, New }) => {
    const old = [Old.Path, Old.Version].filter(Boolean).join(' ');
    if (New.Path.startsWith('./staging/')) return [`replace ${old} => ${Old.Path} ${stagingVersion(version)}`];
    if (New.Path.startsWith('.')) return [];
    return [`replace ${old} => ${[New.Path, New.Version].filter(Boolean).join(' ')}`];
  });
  return ['module throwaway', '', `go ${Go}`, '', `require ${module} ${version}`, '', ...replacements, ''].join('\n');
}

/** The staging modules of Kubernetes v1.X.Y are published as v0.X.Y. */
const stagingVersion = (version: string): string => version.replace(/^v1\./, 'v0.');

/** Imports the main package, so that `go mod tidy` keeps what it needs; the build tag keeps it from being compiled. */
export function toolsFile(mainPackage: string): string {
  return `//go:build tools\n\npackage tools\n\nimport _ "${mainPackage}"\n`;
}
