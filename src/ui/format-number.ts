/** `16,384`: groups of three, the same in every locale, so that logs can be compared. */
export function formatNumber(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 slot`, `16,384 slots`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${Math.round(count) === 1 ? one : many}`;
}

/** `12.3 MB`, where 1 MB is 1024 × 1024 bytes as in the servers' own settings and reports. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  // From 999.5 on it would be written with four digits.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** `< 0.01 s`, `0.36 s`, `8.5 s`, `42 s`, `2 min 05 s`, `1 h 12 min`: as exact as anybody needs to know. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.01) return "< 0.01 s";
  if (seconds < 0.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Seconds for a document: to the millisecond, for clocks are no more exact than that. */
export function secondsJson(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
