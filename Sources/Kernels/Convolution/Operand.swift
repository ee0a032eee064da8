/// The type of the elements of an operand.
public enum ElementType: Sendable {
  /// IEEE 754 single precision, `Float`.
  case float32
}

/// Dense elements that a pass reads, with their type, so that an implementation takes its operands
/// as they are and asks for the type that it computes with.
///
/// It does not own the memory: whoever makes one keeps that alive as long as the pass.
public struct Operand {
  /// The first element.
  public let base: UnsafeRawPointer
  public let type: ElementType

  /// Elements of a given type from `base` on.
  ///
  /// - Parameter base: aligned for the type; images, weights and gradients to 64 bytes.
  public init(_ base: UnsafeRawPointer, type: ElementType) { (self.base, self.type) = (base, type) }

  /// Elements in single precision.
  public init(_ start: UnsafePointer<Float>) { self.init(UnsafeRawPointer(start), type: .float32) }

  /// The elements, which must be in single precision.
  @inline(__always)
  public var float32: UnsafePointer<Float> {
    precondition(type == .float32, "an operand of another type than single precision")
    return base.assumingMemoryBound(to: Float.self)
  }
}

/// Dense elements that a pass writes, with their type; otherwise as ``Operand``.
public struct MutableOperand {
  /// The first element.
  public let base: UnsafeMutableRawPointer
  public let type: ElementType

  /// Elements of a given type from `base` on.
  ///
  /// - Parameter base: aligned for the type; images, weights and gradients to 64 bytes.
  public init(_ base: UnsafeMutableRawPointer, type: ElementType) {
    (self.base, self.type) = (base, type)
  }

  /// Elements in single precision.
  public init(_ start: UnsafeMutablePointer<Float>) {
    self.init(UnsafeMutableRawPointer(start), type: .float32)
  }

  /// The elements, which must be in single precision.
  @inline(__always)
  public var float32: UnsafeMutablePointer<Float> {
    precondition(type == .float32, "an operand of another type than single precision")
    return base.assumingMemoryBound(to: Float.self)
  }
}
