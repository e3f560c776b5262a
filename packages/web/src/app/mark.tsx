/** The ball of thread. */
export function Mark() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 32 32"
      fill="none"
      stroke="var(--accent)"
      strokeWidth="2.4"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <circle cx="14.5" cy="14.5" r="11" />
      <path d="M5 11c6-4 13-3 19 3M4 17c6-5 13-4 18 5M9 24c2-8 4-14 10-19M15 25.4c3 3 9 2 14 4.6" />
    </svg>
  )
}
