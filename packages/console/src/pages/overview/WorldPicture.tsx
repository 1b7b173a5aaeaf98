import type { AttackSources, World } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { formatCountry } from '../../state/format.ts';
import { worldQuery } from './calls.ts';

/** Degrees north and south that are drawn: nobody attacks from the poles. */
const NORTH = 84;
const SOUTH = -58;
const KM_OF_DEGREE = 111;
/** A country is drawn smaller than the circle around all of its towns, and none covers a continent. */
const DRAWN_SHARE = 0.35;
const DRAWN_MAX = 11;
const DOT_LEAST = 2.2;
const DOT_MORE = 7;

interface At {
  readonly latitude: number;
  readonly longitude: number;
}

/** A plain projection (equirectangular): east is right, north is up, a degree is a unit. */
const project = ({ latitude, longitude }: At) => ({ cx: longitude + 180, cy: NORTH - latitude });
const isDrawn = ({ latitude }: At): boolean => latitude > SOUTH && latitude < NORTH;

const radiusOf = ({ radiusKm }: World['countries'][number]): number =>
  Math.min(DRAWN_MAX, Math.max(1, (radiusKm / KM_OF_DEGREE) * DRAWN_SHARE));

/** The world as one circle for each country, and on it where attacks come from. The table beside it says the same in words. */
export function WorldPicture({ sources }: { readonly sources: AttackSources }) {
  const { data } = useQuery(worldQuery);
  const most = Math.max(1, ...sources.countries.map(({ requests, findings }) => requests + findings));
  return (
    <svg viewBox={`0 0 360 ${NORTH - SOUTH}`} className="h-auto w-full" aria-hidden="true">
      {data?.countries.filter(isDrawn).map((one) => (
        <circle
          key={one.country}
          {...project(one)}
          r={radiusOf(one)}
          fill="var(--color-raised)"
          stroke="var(--color-line)"
          strokeWidth="0.4"
        />
      ))}
      {sources.countries.map(({ country, at, requests, findings }) =>
        at === null || !isDrawn(at) ? null : (
          <circle
            key={country}
            {...project(at)}
            r={DOT_LEAST + DOT_MORE * Math.sqrt((requests + findings) / most)}
            fill="var(--color-stop)"
            fillOpacity="0.65"
            stroke="var(--color-card)"
            strokeWidth="0.6"
          >
            <title>{`${formatCountry(country)}: ${requests + findings}`}</title>
          </circle>
        ),
      )}
    </svg>
  );
}
