/// What every pass is given besides its operands: scratch memory and the threads that compute.
public struct Execution {
  /// Memory that means nothing between passes.
  public let scratch: UnsafeMutablePointer<Float>
  public let pool: ThreadPool

  /// - Parameters:
  ///   - scratch: as many elements as the pass says that it may use with the pool's threads,
  ///     aligned to 64 bytes, apart from all operands.
  ///   - pool: the threads; nothing else runs on them meanwhile.
  public init(scratch: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    (self.scratch, self.pool) = (scratch, pool)
  }

  /// The same without the first elements of the scratch memory.
  func after(_ count: Int) -> Execution { Execution(scratch: scratch + count, pool: pool) }
}
