/** How the program that writes pictures anew ends. Any other end says nothing of the picture. */
export const PICTURE_EXIT = { written: 0, unreadable: 3, tooLarge: 4, noDecoder: 5 } as const;
