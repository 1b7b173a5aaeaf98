/** What holds a plant of the sea to its rock. */
export function Mark() {
  return (
    <svg
      viewBox="0 0 32 32"
      className="size-7"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M16 3v15M16 8c4.5-1 7 1.2 7 5M16 12.5c-4.5-1-7 1.2-7 5" />
      <path d="M16 18c0 5-4 6-7.5 10M16 18c0 5 4 6 7.5 10M16 18v11" />
    </svg>
  );
}
