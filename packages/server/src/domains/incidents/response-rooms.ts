import type { Actions } from './actions/actions.ts';
import type { Cases } from './cases/cases.ts';
import type { Clocks } from './clocks/clocks.ts';
import type { Exercises } from './exercises/exercises.ts';
import type { Board } from './isolation/board.ts';
import type { Playbooks } from './playbooks/playbooks.ts';
import type { Runs } from './playbooks/runs/runs.ts';
import type { Recovery } from './recovery/recovery.ts';
import type { RecentTraffic } from './traffic/recent-traffic.ts';

/** The rooms of the domain as the API asks them; each is there once it is built. */
export interface ResponseRooms {
  cases?: Cases;
  actions?: Actions;
  board?: Board;
  playbooks?: Playbooks;
  runs?: Runs;
  clocks?: Clocks;
  exercises?: Exercises;
  recovery?: Recovery;
  traffic?: RecentTraffic;
}
