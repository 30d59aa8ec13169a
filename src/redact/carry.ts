/**
 * What one line tells the next: an open private key, a block scalar that holds a secret, a Secret's data, a name whose value
 * follows. All that a stream has to remember between chunks, and of fixed size.
 */
import type { Kind } from './kinds.ts';

export interface Carry {
  /** Lines of a private key that has begun and not ended. */
  pemLines: number;
  /** Inside a certificate or public key: random by nature, and public. */
  publicBlock: boolean;
  /** A block scalar with a secret goes on in lines that are indented deeper than this; -1 outside. */
  blockIndent: number;
  /** What the present document is, as far as is known. */
  document: 'secret' | 'other' | 'unknown';
  /** The data of a manifest, in YAML: entries are indented deeper than this; -1 outside. */
  dataIndent: number;
  /** The data of a manifest, in JSON, at present inside its braces. */
  dataBraces: boolean;
  /** The kind of a value whose name (`name: DB_PASSWORD`, `--password`) was just seen, and for how many lines that holds. */
  named: { readonly kind: Kind; readonly by: 'name' | 'flag'; lines: number } | undefined;
}

export function freshCarry(): Carry {
  return { pemLines: 0, publicBlock: false, blockIndent: -1, document: 'unknown', dataIndent: -1, dataBraces: false, named: undefined };
}
