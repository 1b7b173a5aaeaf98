import { RowButton } from './RowButton.tsx';

interface SwitchButtonProps {
  /** Of the row, for whoever hears only the button. */
  readonly name: string;
  readonly isOn: boolean;
  readonly isBusy: boolean;
  /** With the words for what is about to be done. */
  readonly onSwitch: (isOn: boolean, label: string) => void;
}

/** Switches what a row is about on or off. */
export function SwitchButton({ name, isOn, isBusy, onSwitch }: SwitchButtonProps) {
  const words = isOn ? 'Switch off' : 'Switch on';
  return (
    <RowButton aria-label={`${words}: ${name}`} isBusy={isBusy} onClick={() => onSwitch(!isOn, `${words} ${name}`)}>
      {words}
    </RowButton>
  );
}
