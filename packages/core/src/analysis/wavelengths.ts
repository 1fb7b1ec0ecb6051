import type { Frequencies } from "../frequencies.ts";

export interface Wavelengths {
  /** 2π / frequency, in positions (units of a coordinate), in the encoder's order; null for a frequency of 0. */
  readonly values: readonly (number | null)[];
  /** In positions, as given; null where it was not. */
  readonly trainedLength: number | null;
  /** How many of them turn fully within it, so that all their angles were seen in training; null without it. */
  readonly complete: number | null;
}

export function wavelengthsOf({ high }: Frequencies, trainedLength: number | null): Wavelengths {
  const values = Array.from(high, (frequency) => {
    const wavelength = (2 * Math.PI) / Math.abs(frequency);
    return Number.isFinite(wavelength) ? wavelength : null;
  });
  const complete =
    trainedLength === null
      ? null
      : values.filter((wavelength) => wavelength !== null && wavelength <= trainedLength).length;
  return { values, trainedLength, complete };
}
