extension Optional {
  /// Calls `body` with a pointer that lives as long as the call; nil for nil.
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<Wrapped>?) -> Result) -> Result {
    guard let value = self else { return body(nil) }
    return withUnsafePointer(to: value) { body($0) }
  }
}
