import { readdirSync } from 'node:fs';

/** Whether the machine has a clock that goes on while it is off, as Linux tells it; false where that cannot be found out. */
export function hasHardwareClock(): boolean {
  try {
    return readdirSync('/sys/class/rtc').length > 0;
  } catch {
    return false;
  }
}
