/** Measured values as people read them. */
import { formatBytes } from './quantity.ts';

export type Unit = 'cores' | 'share' | 'bytes' | 'count' | 'per second' | 'seconds';

/** Two digits, or as many as stand before the point. */
const plain = (value: number): string => String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)));

export function levelText(unit: Unit, value: number): string {
  switch (unit) {
    case 'share':
      return `${plain(100 * value)} %`;
    case 'seconds':
      return value >= 1 ? `${plain(value)} s` : `${plain(1000 * value)} ms`;
    case 'bytes':
      return formatBytes(Math.round(value));
    case 'cores':
      return `${plain(value)} cores`;
    case 'per second':
      return `${plain(value)} a second`;
    case 'count':
      return plain(value);
    default:
      return unit satisfies never;
  }
}
