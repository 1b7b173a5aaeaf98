/** In units of the picture, which are pixels where it is shown at its own size. */
export const BOX_WIDTH = 208;
export const BOX_HEIGHT = 58;
export const COLUMN_GAP = 28;
/** Kept free for an arrow that passes other layers. */
export const COLUMN_WIDTH = 24;
export const MARGIN = 16;
/** Between two layers: room for words below a box, a track for each arrow that goes sideways, room for the points. */
export const WORDS_HEIGHT = 24;
export const TRACK_HEIGHT = 10;
export const POINT_HEIGHT = 22;
/** Beside the picture: ways up on its left, long ways down on its right. */
export const LANE_WIDTH = 10;
/** From one arrow that leaves a box to the next; with more of them all leave from its middle. */
export const PORT_STEP = 60;
export const PORTS_MAX = 4;
/** Arrows from elsewhere come in beside the one that comes straight down. */
export const ENTRY_STEP = -45;
