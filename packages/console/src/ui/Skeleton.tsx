/** The shape of what is coming: a page does not jump when it arrives. */
export function Skeleton({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div className="flex flex-col gap-3" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton h-5" style={{ width: `${92 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div>
      <p className="sr-only" role="status">
        Loading
      </p>
      <div className="skeleton mb-6 h-8 w-56" />
      <div className="panel p-4">
        <Skeleton />
      </div>
    </div>
  );
}
