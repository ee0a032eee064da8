import CKernels

/// Numbers of 16 bits: the upper half of a `Float`, as the field's mixed precision stores them.
public enum BFloat16 {
  /// The instructions that multiply them here: `amx`, `avx512bf16` or `portable`.
  ///
  /// Each has its own order of additions, so a product has the same bits again only under the same
  /// instructions.
  public static var instructions: String { String(cString: ck_bf16_set()) }

  /// What the depth of a product must be a multiple of; zeros fill it up.
  package static let depthStep = CK_BF16_DEPTH

  /// y = x to the nearest bfloat16, ties to even; numbers below 2⁻¹²⁶ become zero.
  package static func round(
    y: UnsafeMutablePointer<UInt16>, x: UnsafePointer<Float>, count: Int, pool: ThreadPool
  ) {
    pool.run(chunks: (count + chunk - 1) / chunk) { index, _ in
      let first = index * chunk
      ck_bf16_round(min(chunk, count - first), x + first, y + first)
    }
  }

  /// y = x, which is exact.
  package static func widen(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<UInt16>, count: Int, pool: ThreadPool
  ) {
    pool.run(chunks: (count + chunk - 1) / chunk) { index, _ in
      let first = index * chunk
      ck_bf16_widen(min(chunk, count - first), x + first, y + first)
    }
  }

  /// Elements that a thread converts at a time.
  private static let chunk = 1 << 14
}
