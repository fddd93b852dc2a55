/*
 * syscall(2): where the number is one of ours, its entry point; else the next definition, jumped to
 * with every argument where it was and nothing of ours on the stack, as clone and vfork need it.
 */
	.text
	.globl syscall
	.type syscall, %function
syscall:
#if defined(__x86_64__)
	.cfi_startproc
	endbr64
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	subq $8, %rsp
	.cfi_adjust_cfa_offset 56
	call syscall_route
	addq $8, %rsp
	popq %r9
	popq %r8
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	.cfi_adjust_cfa_offset -56
	jmp *%rax
	.cfi_endproc
#elif defined(__aarch64__)
	hint 34
	stp x29, x30, [sp, -80]!
	stp x0, x1, [sp, 16]
	stp x2, x3, [sp, 32]
	stp x4, x5, [sp, 48]
	str x6, [sp, 64]
	bl syscall_route
	mov x16, x0
	ldp x0, x1, [sp, 16]
	ldp x2, x3, [sp, 32]
	ldp x4, x5, [sp, 48]
	ldr x6, [sp, 64]
	ldp x29, x30, [sp], 80
	br x16
#endif
	.size syscall, . - syscall
	.section .note.GNU-stack, "", %progbits
