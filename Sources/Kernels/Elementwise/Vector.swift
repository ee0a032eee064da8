/// Eight elements that are computed together.
typealias Vector = SIMD8<Float>

extension UnsafePointer where Pointee == Float {
  /// The eight elements from `index` on, at any alignment.
  @inline(__always) func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// The eight elements from `index` on, at any alignment.
  @inline(__always) func vector(_ index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }

  /// Stores eight elements from `index` on.
  @inline(__always) func store(_ vector: Vector, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: vector, as: Vector.self)
  }
}
