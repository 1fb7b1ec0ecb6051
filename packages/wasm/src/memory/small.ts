/** Below so many floats a kernel costs more to call than JavaScript needs for the work. */
export const SMALL = 64;
